"""What staff do at the desk besides cases: letters are looked at, and whoever asked for too much is noted."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from kecs.accounts.queries import accounts_called
from kecs.audit.actions import record
from kecs.audit.transactions import tried_again, whole
from kecs.console import events
from kecs.guard.actions import count
from kecs.guard.limits import RULES, Limit
from kecs.records.finding.people import Because, Finds
from kecs.records.finding.queries import people_found
from kecs.records.finding.typed import Sought, Typed


class TooManySearches(Exception):
    """This member of staff has searched so often within the hour that it is no help desk's work."""


@whole
def look_at_letters(*, letter_ids: Sequence[UUID], by: str) -> None:
    """Before the list is shown: whose names it held."""
    ids = tuple(str(letter_id) for letter_id in letter_ids)
    record(event=events.LettersLookedAt(subject="-", letters=ids), by=by)


@whole
def look_at_looks(*, record_id: UUID, by: str) -> None:
    """Before it is shown who looked at one person."""
    record(event=events.LooksLookedAt(subject=f"record:{record_id}"), by=by)


@whole
def note_refused(*, function: str, by: str) -> None:
    """A member of staff asked for a page that none of her roles opens."""
    record(event=events.PageRefused(subject=by, function=function), by=by)


@tried_again
def begin_search(*, by: str) -> None:
    """Count a search of this member of staff. Too many in an hour are told on the log. Raises TooManySearches."""
    limit = Limit.PEOPLE_SOUGHT_PER_STAFF
    with transaction.atomic():
        counted = count(limit=limit, subject=by, by=by)
        if counted.used == (RULES[limit].escalate_over or 0) + 1:
            record(event=events.ManyPeopleSought(subject=by, searches=counted.used), by=by)
    if not counted.allowed:  # outside: what was refused stays counted
        raise TooManySearches


@whole
def find_people(*, typed: Typed, by: str) -> Finds:
    """Whom the list will show. It is on the log before anybody sees it: how many, and which; never what was typed."""
    by_address = typed.sought is Sought.EMAIL
    may_be_login = typed.sought in {Sought.EMAIL, Sought.NUMBER, Sought.WORD}
    finds = people_found(
        typed,
        accounts=accounts_called(typed.text, by=by) if may_be_login else (),
        because=Because.ACCOUNT_EMAIL if by_address else Because.USERNAME,
        by=by,
    )
    shown = finds.people
    record(
        event=events.PeopleSought(
            subject="-",
            kind=typed.sought.value,
            shown=len(shown),
            more=finds.more,
            records=tuple(str(person.record_id) for person in shown if person.record_id),
            accounts=tuple(str(person.account_id) for person in shown if not person.record_id),
        ),
        by=by,
    )
    return finds
