"""What the page of a case shows: its sides next to each other, how it may end, and what a decision on it rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from kecs.accounts.queries import confirmed_addresses, state_of, usernames_of
from kecs.assurance.levels import State
from kecs.assurance.queries import state_of_hold
from kecs.console.cases.stamps import Part, stamp_of
from kecs.console.comparing import Line, compared
from kecs.console.outcomes import Outcome, Shape, outcomes_of
from kecs.corrections.queries import CorrectionView, contested_in, correction_of_case
from kecs.matching.findings import Finding, in_words
from kecs.records.cases.queries import CaseFile, deceased_among, versions_of
from kecs.records.holdings.queries import HeldRecord, held_by, holder_of, live_holders_of, stored_record
from kecs.records.kinds import CaseKind
from kecs.records.queries import stated_by

# What was written to staff and is no fact of the person.
NO_FACTS = frozenset({"message", "language"})
# Its records are those that were found, or the one that the other account came to hold since.
_ABOUT_ANOTHER = frozenset({CaseKind.CONTESTED_CLAIM, CaseKind.ALREADY_HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How things stand with a case: what decides how it may end. No value of a person is in it but in `request`."""

    case: CaseFile
    record_ids: tuple[UUID, ...]
    holders: tuple[UUID | None, ...]  # of each record
    held: HeldRecord | None  # by the account
    request: CorrectionView | None
    contested: CorrectionView | None  # the request that somebody disowned
    shape: Shape
    stamp: str
    live: tuple[UUID, ...]  # who holds or contests any of the records, or what the two accounts hold

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The ways in which it may end now."""
        return outcomes_of(self.shape)

    @property
    def accounts(self) -> tuple[UUID, ...]:
        """Everybody whom it is about."""
        every = (self.case.account_id, self.case.other_account_id, *self.holders)
        return tuple(dict.fromkeys(account for account in every if account))

    @property
    def parties(self) -> tuple[UUID, ...]:
        """These, and whoever contests: none of them looks at the case at the desk."""
        return tuple(dict.fromkeys((*self.accounts, *self.live)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything on the page of a case; every SSN is masked."""

    case: CaseFile
    situation: Situation
    heads: list[str] = field(repr=False)  # of the columns
    lines: list[Line] = field(repr=False)
    told: bool  # somebody said who she is; the first column is hers
    message: str = field(repr=False)
    explained: str
    correction: CorrectionView | None
    asked_birth_date: str = field(repr=False)
    taken_by: str = field(repr=False)  # a colleague's username


def situation_of(case: CaseFile) -> Situation:
    """How things stand now. Asked for the page, and once more in the transaction that decides."""
    held = held_by(case.account_id) if case.account_id else None
    record_ids = _records_of(case)
    holders = tuple(holder_of(record_id) for record_id in record_ids)
    request, contested = correction_of_case(case.case_id), contested_in(case.case_id)
    free = [
        record_id
        for record_id, holder in zip(record_ids, holders, strict=True)
        if holder in {None, case.account_id}
    ]
    state = state_of_hold(held) if held else None
    shape = Shape(
        kind=case.kind,
        account=case.account_id is not None,
        other_account=case.other_account_id is not None,
        holds=state in {State.UNDER_REVIEW, State.PROVISIONAL, State.VERIFIED},
        frozen=state is State.FROZEN,
        contests=state is State.CONTESTING,
        free=bool(free),
        taken=len(free) < len(record_ids),
        deceased=bool(deceased_among(free)),
        asked=request is not None and request.is_open,
        barred=request is not None and request.in_the_way is not None,
        changed=contested is not None and contested.may_be_put_back and contested.in_the_way is None,
    )
    return Situation(
        case=case,
        record_ids=record_ids,
        holders=holders,
        held=held,
        request=request,
        contested=contested,
        shape=shape,
        stamp=_stamp(case, record_ids, holders, held, request),
        live=_live(case, record_ids, held),
    )


def _records_of(case: CaseFile) -> tuple[UUID, ...]:
    if case.record_ids or case.kind not in _ABOUT_ANOTHER or case.other_account_id is None:
        return case.record_ids
    held = held_by(case.other_account_id)
    return (held.record_id,) if held else ()


def _live(case: CaseFile, record_ids: Sequence[UUID], held: HeldRecord | None) -> tuple[UUID, ...]:
    other = held_by(case.other_account_id) if case.other_account_id else None
    also = (each.record_id for each in (held, other) if each)
    about = dict.fromkeys((*record_ids, *also))
    return tuple(account for record_id in about for account in live_holders_of(record_id))


def _stamp(
    case: CaseFile,
    record_ids: Sequence[UUID],
    holders: Sequence[UUID | None],
    held: HeldRecord | None,
    request: CorrectionView | None,
) -> str:
    versions = versions_of(record_ids)
    stated = stated_by(case.account_id) if case.account_id else None
    parts: dict[Part, Iterable[str]] = {
        Part.WHOSE: [str(case.taken_by)],
        Part.RECORDS: [*(f"{pk} {versions.get(pk)}" for pk in record_ids), *map(str, holders)],
        Part.CLAIM: [f"{held.holding_id} {state_of_hold(held)}"] if held else [],
        Part.PERSON: [repr(stated and stated.number), *sorted(confirmed_addresses(case.account_id))]
        if case.account_id
        else [],
    }
    if request:
        documents = (f"{each.document_id} {each.state}" for each in request.documents)
        parts[Part.REQUEST] = [request.state.value, *documents]
    return stamp_of(parts)


def case_page(case: CaseFile) -> CasePage:
    """All sides of the case, unsealed. Who shows it records the look first."""
    situation = situation_of(case)
    heads, sides = _sides(situation)
    request = situation.request or situation.contested
    return CasePage(
        case=case,
        situation=situation,
        heads=heads,
        lines=compared(sides[0], sides[1:]) if sides else [],
        told=case.account_id is not None or bool(case.facts),
        message=case.facts.get("message", ""),
        explained="" if case.waterfall else _in_words(case.because),
        correction=request,
        asked_birth_date=_day(request.birth_date) if request else "",
        taken_by=usernames_of([case.taken_by]).get(case.taken_by, "") if case.taken_by else "",
    )


def _sides(situation: Situation) -> tuple[list[str], list[dict[str, str]]]:
    """The person first, where there is one, then each record, then who else has an account in this."""
    case, columns = situation.case, []
    names = usernames_of(situation.accounts)
    told = _told(case)
    if told:
        columns.append((_named(_("Person"), names.get(case.account_id, "") if case.account_id else ""), told))
    gone = set(deceased_among(situation.record_ids))
    for number, record_id in enumerate(situation.record_ids, 1):
        holder = situation.holders[number - 1]
        there = _on_file(record_id, held_by=names.get(holder, "") if holder else "")
        if record_id in gone:
            there["deceased"] = _("yes")
        columns.append((_("Record %(number)s") % {"number": number}, there))
    if case.other_account_id:
        other = names.get(case.other_account_id, "")
        columns.append((_named(_("Other account"), other), stated_facts(case.other_account_id)))
    return [head for head, _facts in columns], [facts for _head, facts in columns]


def _named(what: str, username: str) -> str:
    return f"{what} ({username})" if username else what


def _told(case: CaseFile) -> dict[str, str]:
    """What the person said: kept with her account, or written to staff."""
    if case.account_id:
        return stated_facts(case.account_id)
    told = {fact: value for fact, value in case.facts.items() if fact not in NO_FACTS}
    return {**told, "birth_date": _day(told.get("birth_date", ""))} if told else {}


def stated_facts(account_id: UUID) -> dict[str, str]:
    """What the holder of an account said about herself, for a column."""
    stated, email = stated_by(account_id), state_of(account_id).email
    if stated is None:
        return {"email": email}
    return {
        "first_name": stated.first_name,
        "last_surname": stated.last_surname,
        "birth_date": _day(stated.birth_date),
        "ssn": stated.ssn_masked,
        "email": email,
    }


def _day(written: str) -> str:
    """From YYYY-MM-DD, as the agency's forms have it."""
    return f"{date.fromisoformat(written):%m/%d/%Y}" if written else ""


def _on_file(record_id: UUID, *, held_by: str) -> dict[str, str]:
    record = stored_record(record_id)
    return {
        "first_name": record.first_name,
        "last_surname": record.last_surname,
        "birth_date": _day(record.birth_date.isoformat() if record.birth_date else ""),
        "ssn": record.ssn_masked,
        "email": record.contact_email,
        "middle_name": record.middle_name,
        "other_names": ", ".join(record.other_names),
        "staff_unique_id": record.staff_unique_id,
        "held_by": held_by,
    }


def _in_words(because: Iterable[str]) -> str:
    return in_words(finding for finding in because if finding in set(Finding))
