"""What staff do: look at a case, decide it. Everything that a decision changes stands in one transaction with the closing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from kecs.accounts.queries import accounts_called
from kecs.accounts.recovery.actions import approve_recovery, refuse_recovery
from kecs.accounts.recovery.queries import Asked
from kecs.accounts.staff.actions import give_role, take_role
from kecs.accounts.staff.queries import roles_of
from kecs.accounts.staff.roles import StaffRole
from kecs.assurance.actions import Reason, begin_claim, give_evidence, release, unfreeze
from kecs.assurance.levels import EvidenceKind, Illegal
from kecs.audit.actions import record, recorded_together
from kecs.console import events
from kecs.console.outcomes import Outcome
from kecs.corrections.actions import ClaimFrozen, Decided, decide_correction
from kecs.corrections.documents.actions import NotOpen
from kecs.corrections.queries import correction_of_case
from kecs.guard.actions import count
from kecs.guard.limits import RULES, Limit
from kecs.records.actions import close_case
from kecs.records.cases.queries import CaseFile
from kecs.records.finding.people import Because, Finds
from kecs.records.finding.queries import people_found
from kecs.records.finding.typed import Sought, Typed
from kecs.records.holdings.actions import RecordTaken
from kecs.records.holdings.queries import contact_email_of, held_by, holder_of
from kecs.records.kinds import CaseKind


class DecidedBefore(Exception):
    """Somebody else closed the case first."""


class NotPossible(Exception):
    """What the case is about has changed, so that this outcome cannot be carried out."""


class TooManySearches(Exception):
    """This member of staff has searched so often within the hour that it is no help desk's work."""


class OwnCase(Exception):
    """It is about whoever would decide it: a colleague must."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An outcome, why, and what it is about. `note` goes to the person who asked for a correction."""

    outcome: Outcome
    reason: Reason
    record_id: UUID | None = None
    note: str = field(default="", repr=False)


@transaction.atomic
def look_at_case(*, case: CaseFile, by: str) -> None:
    """Before the page is shown: who saw whose data."""
    accounts = (case.account_id, case.other_account_id)
    record(
        event=events.CaseLookedAt(
            subject=f"case:{case.case_id}",
            kind=case.kind,
            accounts=tuple(str(account) for account in accounts if account),
            records=tuple(str(record_id) for record_id in case.record_ids),
        ),
        by=by,
    )


@transaction.atomic
def look_at_looks(*, record_id: UUID, by: str) -> None:
    """Before it is shown who looked at one person."""
    record(event=events.LooksLookedAt(subject=f"record:{record_id}"), by=by)


@transaction.atomic
def note_refused(*, function: str, by: str) -> None:
    """A member of staff asked for a page that none of her roles opens."""
    record(event=events.PageRefused(subject=by, function=function), by=by)


@transaction.atomic
def set_roles(*, account_id: UUID, roles: set[StaffRole], by: str) -> None:
    """Give and take until she holds these. Raises OwnRoles and LastAdministrator, and then nothing is changed."""
    held = roles_of(account_id)
    for role in sorted(roles - held):
        give_role(account_id=account_id, role=role, by=by)
    for role in sorted(held - roles):
        take_role(account_id=account_id, role=role, by=by)


def begin_search(*, by: str) -> None:
    """Count a search of this member of staff. Too many in an hour are told on the log. Raises TooManySearches."""
    limit = Limit.PEOPLE_SOUGHT_PER_STAFF
    with transaction.atomic():
        counted = count(limit=limit, subject=by, by=by)
        if counted.used == (RULES[limit].escalate_over or 0) + 1:
            record(event=events.ManyPeopleSought(subject=by, searches=counted.used), by=by)
    if not counted.allowed:  # outside: what was refused stays counted
        raise TooManySearches


@transaction.atomic
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


@transaction.atomic
def look_at_letters(*, letter_ids: Sequence[UUID], by: str) -> None:
    """Before the list is shown: whose names it held."""
    ids = tuple(str(letter_id) for letter_id in letter_ids)
    record(event=events.LettersLookedAt(subject="-", letters=ids), by=by)


@transaction.atomic
def look_at_recovery(*, asked: Asked, by: str) -> None:
    """Before the page is shown."""
    account = str(asked.account_id or "")
    record(event=events.RecoveryLookedAt(subject=f"recovery:{asked.id}", account=account), by=by)


def _demand_another(*, about: Iterable[UUID | None], by: str) -> None:
    """Nobody decides about her own account, nor about a record that she holds. Raises OwnCase."""
    if by in {f"account:{account_id}" for account_id in about if account_id}:
        raise OwnCase


def decide_recovery(*, asked: Asked, outcome: Outcome, reason: Reason, by: str) -> None:
    """Approve, which tells the address on file too, or refuse. Raises OwnCase, and recovery's NotPossible where somebody came first."""
    _demand_another(about=[asked.account_id], by=by)
    with transaction.atomic(), recorded_together():
        if outcome is Outcome.APPROVE:
            held = held_by(asked.account_id) if asked.account_id else None
            on_file = contact_email_of(held.record_id) if held else ""
            approve_recovery(
                recovery_id=asked.id,
                account_id=asked.account_id,
                also_tell=[on_file] if on_file else [],
                by=by,
            )
        else:
            refuse_recovery(recovery_id=asked.id, by=by)
        record(
            event=events.RecoveryDecided(
                subject=f"recovery:{asked.id}", outcome=outcome.value, reason=reason.value
            ),
            by=by,
        )


def decide_case(*, case: CaseFile, decision: Decision, by: str) -> None:
    """Close the case with this outcome, and carry it out. Of any number at once one holds: raises DecidedBefore for the others.

    Raises NotPossible where the claim or request has changed; then nothing is done and the case stays open. Raises OwnCase.
    """
    holders = [holder_of(record_id) for record_id in case.record_ids]
    _demand_another(about=[case.account_id, case.other_account_id, *holders], by=by)
    if case.kind == CaseKind.CORRECTION and _decide_correction(case=case, decision=decision, by=by):
        return
    try:
        with transaction.atomic(), recorded_together():
            # First: the row is locked until all is done, and whoever comes second finds it closed.
            if not close_case(case_id=case.case_id, outcome=decision.outcome.value, by=by):
                raise DecidedBefore
            _carry_out(case=case, decision=decision, by=by)
            _note(case=case, decision=decision, by=by)
    except (Illegal, RecordTaken) as error:
        raise NotPossible from error


def _note(*, case: CaseFile, decision: Decision, by: str) -> None:
    record(
        event=events.CaseDecided(
            subject=f"case:{case.case_id}",
            kind=case.kind,
            outcome=decision.outcome.value,
            reason=decision.reason.value,
        ),
        by=by,
    )


def _decide_correction(*, case: CaseFile, decision: Decision, by: str) -> bool:
    """The corrections room closes its own cases. False where no request is behind the case, as where one was contested."""
    asked = correction_of_case(case.case_id)
    if asked is None:
        return False
    accept = decision.outcome is Outcome.ACCEPT
    try:
        decided = decide_correction(
            correction_id=asked.correction_id, accept=accept, reason=decision.note, by=by
        )
    except NotOpen as error:
        raise DecidedBefore from error
    except ClaimFrozen as error:
        raise NotPossible from error
    if decided is Decided.STOPPED:
        raise NotPossible
    with transaction.atomic():
        _note(case=case, decision=decision, by=by)
    return True


def _carry_out(*, case: CaseFile, decision: Decision, by: str) -> None:
    match decision.outcome:
        case Outcome.UNFREEZE:
            unfreeze(holding_id=_hold_of(case.account_id), reason=decision.reason.value, by=by)
        case Outcome.RELEASE | Outcome.KEEP_WITH_HOLDER:
            release(holding_id=_hold_of(case.account_id), reason=decision.reason.value, by=by)
        case Outcome.GIVE_TO_CLAIMANT:
            holder = holder_of(case.record_ids[0]) if case.record_ids else None
            release(holding_id=_hold_of(holder), reason=decision.reason.value, by=by)
        case Outcome.GIVE_EVIDENCE:
            _give_record(case=case, record_id=decision.record_id, by=by)
        case _:
            pass  # closing it is all


def _hold_of(account_id: UUID | None) -> UUID:
    held = held_by(account_id) if account_id else None
    if held is None:
        raise NotPossible
    return held.holding_id


def _give_record(*, case: CaseFile, record_id: UUID | None, by: str) -> None:
    """Staff have checked who she is: the account claims the record, and that check is the proof."""
    if case.account_id is None or record_id not in case.record_ids or record_id is None:
        raise NotPossible
    held = held_by(case.account_id)
    if held is not None and held.record_id != record_id:
        raise NotPossible
    holding_id = (
        held.holding_id
        if held
        else begin_claim(record_id=record_id, account_id=case.account_id, because=case.because, by=by)
    )
    give_evidence(holding_id=holding_id, kind=EvidenceKind.STAFF_CHECK, by=by)
