"""Everything that makes us more or less sure of a hold on a record. Each asks the table in levels.py before it writes.

The live holds on a record are locked before anything is decided, then all is written, then the log: so of two people
who give evidence for one record at once, exactly one takes it.
"""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from kecs.accounts.shut_out.actions import end_sessions
from kecs.assurance import events
from kecs.assurance.codes import as_typed
from kecs.assurance.levels import Event, EvidenceKind, Illegal, State, step
from kecs.assurance.models import ClaimCode, ClaimNotice
from kecs.assurance.notices import Why
from kecs.assurance.proving.actions import (
    EMAIL_MAY_TAKE,
    Entered,
    NeedsColleague,
    become,
    forget_letters_nobody_posted,
    forget_proofs,
    give,
    give_evidence,
    known,
    locked,
    mark_letter_posted,
    note_confirmed_address,
    note_confirmed_addresses,
    order_letter,
    print_letter,
    send_code,
)
from kecs.assurance.queries import (
    evidence_that_counts,
    live_code,
    live_notice,
    may_begin_after,
    may_claim_again,
    standing_of,
)
from kecs.assurance.telling.actions import tell, tell_account
from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import tried_again, whole
from kecs.guard.actions import count
from kecs.guard.limits import Limit
from kecs.guard.queries import database_clock
from kecs.records.actions import open_case
from kecs.records.holdings.actions import (
    RecordTaken,
    extend_holding,
    freeze_holding,
    hold_record,
    lock_holdings,
    release_holding,
    unfreeze_holding,
)
from kecs.records.holdings.queries import HeldRecord, held_by, lapsing, last_held_by
from kecs.records.kinds import AssuranceLevel, CaseKind, Ending

__all__ = [
    "NeedsColleague",
    "Reason",
    "begin_claim",
    "claim_again",
    "contest_claim",
    "disavow",
    "disavow_holding",
    "enter_code",
    "give_evidence",
    "lapse_claims",
    "mark_letter_posted",
    "note_confirmed_address",
    "order_letter",
    "print_letter",
    "release",
    "send_code",
    "unfreeze",
]


class Reason(StrEnum):
    """Why staff end or reopen a hold: a word for the log, which holds no text of anybody's."""

    PERSON_CHECKED = "person_checked"
    WRONG_PERSON = "wrong_person"
    ASKED_BY_HOLDER = "asked_by_holder"
    FALSE_ALARM = "false_alarm"
    DOCUMENT_SEEN = "document_seen"
    NO_ANSWER = "no_answer"
    DECIDED_WRONGLY = "decided_wrongly"


# --- A claim begins ----------------------------------------------------------------------------------------------


@whole
def begin_claim(*, record_id: UUID, account_id: UUID, because: Iterable[str], by: str) -> UUID:
    """A claim is provisional, and the addresses that were on file before it learn of it. Raises RecordTaken."""
    with recorded_together():
        held = hold_record(
            record_id=record_id,
            account_id=account_id,
            level=AssuranceLevel.PROVISIONAL,
            because=because,
            by=by,
        )
        tell(held=held, why=Why.CLAIMED, by=by)
        note_confirmed_addresses(account_id=account_id, by=by)
    return held.holding_id


@whole
def contest_claim(*, record_id: UUID, account_id: UUID, because: Iterable[str], by: str) -> UUID:
    """ "I did not make that account": level 0 until she proves it, and then the record is hers. All sides are told."""
    with recorded_together():
        held = hold_record(
            record_id=record_id,
            account_id=account_id,
            level=AssuranceLevel.UNDER_REVIEW,
            because=because,
            contests=True,
            by=by,
        )
        tell(held=held, why=Why.CONTESTED, by=by)
        for other in lock_holdings(record_id=record_id, by=by):
            if not other.contests:
                tell_account(held=other, why=Why.CONTESTED, by=by)
        note_confirmed_addresses(account_id=account_id, by=by)
    return held.holding_id


def claim_again(*, account_id: UUID, by: str) -> HeldRecord | None:
    """The live hold of this account; where its last one ended for want of evidence, a new one like it.

    Never as a part of an action that is `whole`: a claim that is refused is undone by itself, and a contest follows.
    """
    held = last_held_by(account_id)
    if held is None or not held.ended:
        return held
    if not may_claim_again(held):
        return None
    try:
        begin_claim(record_id=held.record_id, account_id=account_id, because=(), by=by)
    except RecordTaken:
        contest_claim(record_id=held.record_id, account_id=account_id, because=(), by=by)
    return held_by(account_id)


@tried_again
def enter_code(*, account_id: UUID, code: str, by: str) -> Entered:
    """A code from a mail or a letter. Ten tries a day, counted before the code is looked at.

    A letter may come after the claim lapsed: with its code the claim begins again, and is proved in the same breath.
    """
    with transaction.atomic(), recorded_together():
        if not count(limit=Limit.CLAIM_CODE_TRIES_PER_ACCOUNT, subject=str(account_id), by=by).allowed:
            return Entered.TOO_MANY
        last = last_held_by(account_id)
        found = live_code(last, as_typed(code)) if last and may_begin_after(last) else None
        if found is None:
            record(event=events.CodeRefused(subject=f"account:{account_id}"), by=by)
            return Entered.WRONG
        try:
            held = claim_again(account_id=account_id, by=by)
            if held is None:
                return Entered.WRONG
            give(held=locked(holding_id=held.holding_id, by=by), kind=EvidenceKind(found.kind), by=by)
        except Illegal:
            return Entered.WRONG
        ClaimCode.objects.filter(pk=found.pk).delete()
    return Entered.ACCEPTED


# --- This wasn't me ----------------------------------------------------------------------------------------------


@tried_again
def disavow(*, token: str, by: str) -> bool:
    """ "This wasn't me": freeze the claim, end its sessions, ask staff. False for a token that works no more."""
    with transaction.atomic(), recorded_together():
        told = live_notice(token)
        if told is None:
            return False
        ClaimNotice.objects.filter(pk=told.pk, used_at=None).update(used_at=database_clock())
        disavow_holding(holding_id=told.holding_id, by=by)
    return True


@tried_again
def disavow_holding(*, holding_id: UUID, by: str) -> None:
    """The same, where something else than a notice of ours showed that the claim is false. Nothing, where it is over.

    One that lapsed is over, but could begin again, with the code of a letter or without: it is the claim of now that is
    false then; where there is none, none begins any more.
    """
    with transaction.atomic(), recorded_together():
        held = known(holding_id=holding_id, by=by)
        if may_claim_again(held):
            latest = last_held_by(held.account_id)
            if latest is None or latest.record_id != held.record_id:
                return
            if latest.ended:
                _disavow_lapsed(latest, by=by)
                return
            holding_id = latest.holding_id
        try:
            held = locked(holding_id=holding_id, by=by)
            before = standing_of(held)
            after = step(before, Event.DISAVOWED, counts=evidence_that_counts())
        except Illegal:
            return  # it is over already
        if before.state is after.state:
            return  # frozen already
        if after.state is State.RELEASED:
            release_holding(holding_id=held.holding_id, because=Ending.DISAVOWED, by=by)
        else:
            freeze_holding(holding_id=held.holding_id, by=by)
        tell_account(held=held, why=Why.FROZEN, by=by)
        _shut_out(held, by=by)


def _disavow_lapsed(held: HeldRecord, *, by: str) -> None:
    if not may_claim_again(held):
        return  # it was ended for another reason since
    release_holding(holding_id=held.holding_id, because=Ending.DISAVOWED, by=by)
    _shut_out(held, by=by)


def _shut_out(held: HeldRecord, *, by: str) -> None:
    """Nothing that she proved counts, her sessions end, and staff look into it."""
    forget_proofs(held=held, by=by)
    end_sessions(account_id=held.account_id, by=by)
    open_case(
        kind=CaseKind.DISAVOWED_CLAIM,
        account_id=held.account_id,
        record_ids=[held.record_id],
        because=(),
        by=by,
    )
    record(
        event=events.ClaimDisavowed(subject=f"record:{held.record_id}", account=str(held.account_id)), by=by
    )


@tried_again
def unfreeze(*, holding_id: UUID, reason: str, by: str) -> None:
    """Staff looked into it: a claim again, without the evidence from before. Raises Illegal, and ValueError for no Reason."""
    word = Reason(reason)
    with transaction.atomic(), recorded_together():
        held = locked(holding_id=holding_id, by=by)
        step(standing_of(held), Event.UNFROZEN, counts=evidence_that_counts())
        unfreeze_holding(holding_id=holding_id, reason=word.value, by=by)
        tell(held=held, why=Why.UNFROZEN, by=by)


@tried_again
def release(*, holding_id: UUID, reason: str, by: str) -> None:
    """Staff end a hold; who contested the record and has proved it takes it. Raises Illegal, and ValueError for no Reason."""
    word = Reason(reason)
    with transaction.atomic(), recorded_together():
        held = locked(holding_id=holding_id, by=by)
        step(standing_of(held), Event.RELEASED, counts=evidence_that_counts())
        release_holding(holding_id=holding_id, because=Ending.STAFF, reason=word.value, by=by)
        forget_proofs(held=held, by=by)
        tell_account(held=held, why=Why.RELEASED, by=by)
        for other in lock_holdings(record_id=held.record_id, by=by):
            if held.contests or not other.contests:
                continue
            before = standing_of(other)
            after = step(before, Event.HOLDER_GONE, counts=evidence_that_counts())
            if become(held=other, before=before, after=after, by=by) is State.VERIFIED:
                break


def lapse_claims(*, by: str, limit: int = 500) -> int:
    """End the claims and contests whose seven days passed without evidence, each by itself; how many."""
    forget_letters_nobody_posted(by=by)
    return sum(_lapse(holding_id, by=by) for holding_id in lapsing(at=database_clock(), limit=limit))


@tried_again
def _lapse(holding_id: UUID, *, by: str) -> bool:
    with transaction.atomic(), recorded_together():
        try:
            held = locked(holding_id=holding_id, by=by)
            if held.provisional_until is None or held.provisional_until > database_clock():
                return False
            step(standing_of(held), Event.LAPSED, counts=evidence_that_counts())
        except Illegal:
            # It has evidence and waits for a confirmed address.
            extend_holding(holding_id=holding_id, until=database_clock() + EMAIL_MAY_TAKE, by=by)
            return False
        release_holding(holding_id=holding_id, because=Ending.LAPSED, by=by)
        forget_proofs(held=held, but_letters=True, by=by)
        tell_account(held=held, why=Why.LAPSED, by=by)
    return True
