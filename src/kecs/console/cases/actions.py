"""What staff do with a case: look at it, take it, decide it, open it again. All that a decision changes is one transaction."""

from datetime import date
from uuid import UUID

from django.db import transaction

from kecs.accounts.queries import confirmed_addresses
from kecs.assurance.actions import Reason, begin_claim, give_evidence, release, unfreeze
from kecs.assurance.levels import EvidenceKind, Illegal, State
from kecs.assurance.queries import state_of_hold
from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import whole
from kecs.console import events
from kecs.console.cases import letters
from kecs.console.cases.decision import (
    SEEN,
    ChangedSince,
    Colleagues,
    DecidedBefore,
    Decision,
    InvitedByHerself,
    NotPossible,
    NumberTaken,
    StaysClosed,
)
from kecs.console.cases.queries import Situation, situation_of
from kecs.console.cases.stamps import changed_since
from kecs.console.outcomes import GIVES_RECORD, PROVES, Outcome, OwnCase, why_shut
from kecs.console.staff_accounts import invited_it
from kecs.corrections.actions import (
    ClaimEnded,
    ClaimFrozen,
    Decided,
    decide_correction,
    put_back_correction,
)
from kecs.corrections.documents.actions import NotOpen, OpenedDocument, open_document
from kecs.corrections.queries import cases_of_document
from kecs.mail.actions import queue
from kecs.mail.messages import Message
from kecs.records.actions import SsnOnFile, clear_deceased, close_case, create_record_apart
from kecs.records.cases.actions import assign_case, reopen_case
from kecs.records.cases.queries import CaseFile, case_with_id
from kecs.records.holdings.actions import RecordTaken, hold_record
from kecs.records.holdings.queries import contact_email_of, held_by, holder_of
from kecs.records.kinds import AssuranceLevel, CaseKind
from kecs.registration.invited.actions import InvitedBefore, invite_without_ssn


@whole
def look_at_case(*, case: CaseFile, by: str) -> None:
    """Before the page is shown: who saw whose data. Raises OwnCase: nobody sees what is said about her own record."""
    situation = situation_of(case)
    _demand_another(situation, by=by)
    record(
        event=events.CaseLookedAt(
            subject=f"case:{case.case_id}",
            kind=case.kind,
            accounts=tuple(str(account) for account in situation.accounts),
            records=tuple(str(record_id) for record_id in situation.record_ids),
        ),
        by=by,
    )


def open_document_of(*, document_id: UUID, by: str) -> OpenedDocument:
    """A document of a request. Raises OwnCase for a party of its case, DocumentHeld and DocumentGone."""
    for case_id in cases_of_document(document_id):
        case = case_with_id(case_id)
        if case is not None:
            _demand_another(situation_of(case), by=by)
    return open_document(document_id=document_id, by=by)


def take_case(*, case: CaseFile, was: UUID | None, now: UUID | None, by: str) -> bool:
    """Take it, give it back or give it to a colleague: one update, which fails where it is not `was`'s any more.

    Raises OwnCase where it is about whoever would have it.
    """
    if now is not None:
        _demand_another(situation_of(case), by=f"account:{now}")
    return assign_case(case_id=case.case_id, was=was, now=now, by=by)


def open_again(*, case: CaseFile, reason: Reason, by: str) -> bool:
    """A closed case waits again. False where it is open. Raises OwnCase, StaysClosed."""
    _demand_another(situation_of(case), by=by)
    if why_shut(case.outcome):
        raise StaysClosed
    return reopen_case(case_id=case.case_id, reason=reason.value, by=by)


def decide_case(*, case: CaseFile, decision: Decision, by: str) -> None:
    """Close the case with this outcome, and carry it out. Of any number at once one holds: raises DecidedBefore for the others.

    Raises ChangedSince, Colleagues, InvitedByHerself, OwnCase, and NotPossible where the outcome does not fit any more: nothing is done then.
    """
    if decision.outcome in {Outcome.ACCEPT, Outcome.REFUSE} and case.kind == CaseKind.CORRECTION:
        _decide_correction(case=case, decision=decision, by=by)
        return
    try:
        with transaction.atomic(), recorded_together():
            # First: the row is locked until all is done, and whoever comes second finds it closed.
            if not close_case(case_id=case.case_id, outcome=decision.outcome.value, by=by):
                raise DecidedBefore
            situation = _as_it_was_shown(case, decision, by=by)
            _carry_out(situation, decision, by=by)
            _note(case=case, decision=decision, by=by)
    except (Illegal, RecordTaken, SsnOnFile) as error:
        raise NotPossible from error


def _demand_another(situation: Situation, *, by: str) -> None:
    """Nobody decides about her own account, nor about a record that she holds or contests. Raises OwnCase."""
    if by in {f"account:{account_id}" for account_id in situation.parties}:
        raise OwnCase


def _demand_another_inviter(situation: Situation, *, by: str) -> None:
    """Nobody is the only one to have seen whom she invited. Raises InvitedByHerself."""
    if invited_it(situation.case.account_id, by=by):
        raise InvitedByHerself


def _as_it_was_shown(case: CaseFile, decision: Decision, *, by: str) -> Situation:
    """How things stand, where that is how they stood on the page. Raises OwnCase, Colleagues, ChangedSince, NotPossible."""
    now = case_with_id(case.case_id)
    if now is None:
        raise NotPossible
    situation = situation_of(now)
    _demand_another(situation, by=by)
    if now.taken_by and by != f"account:{now.taken_by}":
        raise Colleagues(now.taken_by)
    changed = changed_since(decision.stamp, situation.stamp)
    if changed:
        raise ChangedSince(*changed)
    if decision.outcome not in situation.outcomes:
        raise NotPossible
    return situation


def _note(*, case: CaseFile, decision: Decision, by: str) -> None:
    record(
        event=events.CaseDecided(
            subject=f"case:{case.case_id}",
            kind=case.kind,
            outcome=decision.outcome.value,
            reason=decision.reason.value,
            paper=decision.paper.value if decision.paper else "",
        ),
        by=by,
    )


def _decide_correction(*, case: CaseFile, decision: Decision, by: str) -> None:
    """The corrections room closes its own cases, and tells. Raises NumberTaken, and what decide_case raises."""
    accept = decision.outcome is Outcome.ACCEPT
    try:
        with transaction.atomic():
            if case.closed_at:
                raise DecidedBefore
            request = _as_it_was_shown(case, decision, by=by).request
            if request is None:
                raise NotPossible
            decided = decide_correction(
                correction_id=request.correction_id, accept=accept, reason=decision.note, by=by
            )
            if decided is not Decided.STOPPED:
                _note(case=case, decision=decision, by=by)
    except NotOpen as error:
        raise DecidedBefore from error
    except (ClaimFrozen, ClaimEnded) as error:
        raise NotPossible from error
    if decided is Decided.STOPPED:
        raise NumberTaken


def _carry_out(situation: Situation, decision: Decision, *, by: str) -> None:
    if decision.outcome in GIVES_RECORD and (decision.reason not in SEEN or decision.paper is None):
        raise NotPossible  # the form has said so: this opens a record, and somebody must have checked whose it is
    if decision.outcome in PROVES and decision.reason in SEEN:
        _demand_another_inviter(situation, by=by)
    match decision.outcome:
        case Outcome.UNFREEZE:
            unfreeze(holding_id=_hold(situation), reason=decision.reason.value, by=by)
            _send(_looked_at(situation), by=by)
        case Outcome.RELEASE:
            _release_false_claim(situation, decision, by=by)
        case Outcome.GIVE_TO_CLAIMANT:
            _give_to_claimant(situation, decision, by=by)
        case Outcome.KEEP_WITH_HOLDER:
            _keep_with_holder(situation, decision, by=by)
        case Outcome.GIVE_EVIDENCE:
            _give_record(situation, _chosen(situation, decision), by=by)
        case Outcome.CLEAR_DECEASED:
            clear_deceased(record_id=_chosen(situation, decision), by=by)
            _give_record(situation, _chosen(situation, decision), by=by)
        case Outcome.NEW_PERSON:
            _make_record(situation, decision, by=by)
        case Outcome.PUT_BACK:
            contested = situation.contested
            if not contested or not put_back_correction(correction_id=contested.correction_id, by=by):
                raise NotPossible
        case Outcome.INVITE:
            _send(_invitation(situation, decision, by=by), by=by)
        case Outcome.ANSWERED | Outcome.REFUSE:
            _send(_answer(situation, decision), by=by)
        case _:
            pass  # closing it is all


def _send(written: list[Message], *, by: str) -> None:
    for message in written:
        queue(message=message, by=by)


def _account(situation: Situation) -> UUID:
    if situation.case.account_id is None:
        raise NotPossible
    return situation.case.account_id


def _hold(situation: Situation) -> UUID:
    if situation.held is None:
        raise NotPossible
    return situation.held.holding_id


def _chosen(situation: Situation, decision: Decision) -> UUID:
    """The record that is meant: the one that was named, or the only one."""
    named = decision.record_id or (situation.record_ids[0] if len(situation.record_ids) == 1 else None)
    if named not in situation.record_ids:
        raise NotPossible
    return named


def _looked_at(situation: Situation) -> list[Message]:
    """To an account without a confirmed address, which assurance tells nothing."""
    account_id = _account(situation)
    return [] if confirmed_addresses(account_id) else letters.to_account(account_id, "claim_looked_at")


def _release_false_claim(situation: Situation, decision: Decision, *, by: str) -> None:
    """The record is free again; who raised the alarm from the address on file hears that she was right."""
    release(holding_id=_hold(situation), reason=decision.reason.value, by=by)
    _send(_looked_at(situation), by=by)
    for record_id in situation.record_ids:
        _send(letters.to_address_on_file(contact_email_of(record_id), "alarm_answered"), by=by)


def _give_to_claimant(situation: Situation, decision: Decision, *, by: str) -> None:
    """From who holds it to who has shown that it is hers. She may have proved it before, and has it then at once."""
    record_id, account_id = _chosen(situation, decision), _account(situation)
    holder = holder_of(record_id)
    held = held_by(holder) if holder and holder != account_id else None
    if held is None:
        raise NotPossible
    release(holding_id=held.holding_id, reason=decision.reason.value, by=by)
    own = held_by(account_id)
    if own and own.record_id == record_id and state_of_hold(own) is State.VERIFIED:
        _send(letters.to_account(account_id, "record_given"), by=by)
    else:
        _give_record(situation, record_id, by=by)


def _give_record(situation: Situation, record_id: UUID, *, by: str) -> None:
    """Staff have checked who she is: the account claims the record, and that check is the proof."""
    account_id, because = _account(situation), situation.case.because
    held = held_by(account_id)
    if held is not None and held.record_id != record_id:
        raise NotPossible
    holding_id = (
        held.holding_id
        if held
        else begin_claim(record_id=record_id, account_id=account_id, because=because, by=by)
    )
    give_evidence(holding_id=holding_id, kind=EvidenceKind.STAFF_CHECK, by=by)
    _send(letters.to_account(account_id, "record_given"), by=by)


def _keep_with_holder(situation: Situation, decision: Decision, *, by: str) -> None:
    account_id, held = _account(situation), situation.held
    if held and held.contests:
        release(holding_id=held.holding_id, reason=decision.reason.value, by=by)
    _send(letters.to_account(account_id, "other_account"), by=by)
    if situation.case.kind != CaseKind.CONTESTED_CLAIM:
        return  # the holder never heard of it
    for holder in dict.fromkeys(filter(None, (*situation.holders, situation.case.other_account_id))):
        if holder != account_id:
            _send(letters.to_account(holder, "stays_with_you"), by=by)


def _make_record(situation: Situation, decision: Decision, *, by: str) -> None:
    """She is none of those on file: a record of her own, proved where staff have seen who she is, by a paper of hers."""
    account_id = _account(situation)
    if decision.reason in SEEN and decision.paper is None:
        raise NotPossible  # the form has said so
    record_id = create_record_apart(account_id=account_id, by=by)
    if record_id is None:
        raise NotPossible
    held = hold_record(
        record_id=record_id, account_id=account_id, level=AssuranceLevel.UNDER_REVIEW, because=(), by=by
    )
    if decision.reason in SEEN:
        give_evidence(holding_id=held.holding_id, kind=EvidenceKind.STAFF_CHECK, by=by)
    _send(letters.to_account(account_id, "record_made"), by=by)


def _answer(situation: Situation, decision: Decision) -> list[Message]:
    """What a request without an SSN came to; or that no record could be given."""
    case = situation.case
    if case.kind != CaseKind.NO_SSN:
        return letters.to_account(_account(situation), "not_found")
    return _to_who_asked(
        case, decision, "request_answered" if decision.outcome is Outcome.ANSWERED else "request_refused"
    )


def _to_who_asked(case: CaseFile, decision: Decision, ending: str, **more: str) -> list[Message]:
    """To the address in a request without an SSN."""
    language = "en" if decision.english else case.facts.get("language", "en")
    facts = {
        "first_name": case.facts.get("first_name", ""),
        "note": letters.without_numbers(decision.note),
        **more,
    }
    return letters.to_address(case.facts.get("email", ""), ending, language=language, facts=facts)


def _invitation(situation: Situation, decision: Decision, *, by: str) -> list[Message]:
    """The link to an account, for whoever gave no SSN."""
    case = situation.case
    if not case.facts:
        raise NotPossible  # let go of with a lost key: she must ask again
    try:
        path = invite_without_ssn(
            case_id=case.case_id,
            first_name=case.facts["first_name"],
            last_surname=case.facts["last_surname"],
            birth_date=date.fromisoformat(case.facts["birth_date"]),
            email=case.facts["email"],
            by=by,
        )
    except InvitedBefore as error:
        raise NotPossible from error
    return _to_who_asked(case, decision, "account_invited", invitation_url=letters.address_of(path))
