"""A person's timeline: what the log holds about her record, her account and her cases, in sentences, the newest first."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from kecs.accounts.help_desk.queries import Named, named
from kecs.audit.queries import newest_about
from kecs.console.events import PersonLookedAt
from kecs.console.person.sentences import SENTENCES, VARIANTS
from kecs.console.person.vocabulary import WORDS

if TYPE_CHECKING:
    from kecs.audit.models import AuditEvent

PAGE = 50
ONE_CALL = timedelta(minutes=30)  # for as long as a reason for looking is remembered
_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What happened in one transaction, by one hand."""

    at: datetime
    sentences: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A page of it; `older` is the number from which the next page goes on, None on the last."""

    moments: tuple[Moment, ...] = field(repr=False)
    older: int | None


def timeline_of(
    subjects: Iterable[str], *, people: Mapping[UUID, str], before: int | None, by: str
) -> Timeline:
    """A page of what happened to these subjects. `people` has what the page calls its accounts. `by` has recorded the look."""
    rows = newest_about(subjects, before=before, most=PAGE + 1)
    shown = _one_look_a_call(rows[:PAGE])
    others = named({found for row in shown for found in _accounts_in(row)} - set(people))
    moments = []
    for (at, _by), together in groupby(shown, key=lambda row: (row.at, row.by)):
        # Within a transaction in the order in which it happened.
        said = [sentence(row, people=people, others=others) for row in reversed(list(together))]
        if sentences := tuple(dict.fromkeys(filter(None, said))):
            moments.append(Moment(at=at, sentences=sentences))
    return Timeline(moments=tuple(moments), older=rows[PAGE - 1].sequence if len(rows) > PAGE else None)


def _one_look_a_call(rows: list["AuditEvent"]) -> list["AuditEvent"]:
    """The log has every time that the page was shown; here the first of a call stands for all that follow in the half hour."""
    first: dict[tuple[str, str], datetime] = {}
    kept = []
    for row in reversed(rows):
        if row.code == PersonLookedAt.code:
            call = (row.by, row.keys["why"])
            if call in first and row.at - first[call] < ONE_CALL:
                continue
            first[call] = row.at
        kept.append(row)
    return kept[::-1]


def sentence(row: "AuditEvent", *, people: Mapping[UUID, str], others: Mapping[UUID, Named]) -> str:
    """What one row says; nothing for a kind that has no sentence."""
    key, variants = VARIANTS.get(row.code, ("", {}))
    said = variants.get(_word(row.keys.get(key))) or SENTENCES.get(row.code)
    if said is None:
        return ""
    words = {
        "who": lambda: who(row.by, people=people, others=others),
        "owner": lambda: who(row.subject, people=people, others=others),
        "holder": lambda: who(f"account:{row.keys.get('account')}", people=people, others=others),
    }
    filled = {
        place: words[place]() if place in words else _in_words(row, place)
        for place in _PLACE.findall(str(said))
    }
    told = str(said) % filled
    return told[:1].upper() + told[1:]


def who(by: str, *, people: Mapping[UUID, str], others: Mapping[UUID, Named]) -> str:
    """Whose hand it was: hers by her first name, staff by username, and everybody else as what they are."""
    kind, _colon, rest = by.partition(":")
    if kind == "account":
        account_id = _uuid(rest)
        if account_id is not None and account_id in people:
            return people[account_id]
        other = others.get(account_id) if account_id else None
        if other is None:
            return str(_("an account that is gone"))
        name = other.username
        return (_("the clerk %(name)s") if other.staff else _("the account %(name)s")) % {"name": name}
    if by in {"address_on_file", "owner_by_mail"}:
        return str(_("someone with a link from our mail"))
    if by == "anonymous":
        return str(_("someone who was not signed in"))
    return str(_("the system"))


def _accounts_in(row: "AuditEvent") -> Iterable[UUID]:
    for text in (row.by, row.subject, f"account:{row.keys.get('account')}"):
        if text.startswith("account:") and (found := _uuid(text.removeprefix("account:"))) is not None:
            yield found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _in_words(row: "AuditEvent", place: str) -> str:
    value = row.keys.get(place, "")
    words = WORDS.get((row.code, place), {})
    several = value if isinstance(value, list) else [value]
    return ", ".join(str(words.get(_word(each), _word(each))) for each in several)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
