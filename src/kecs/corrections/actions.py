"""Ask for a correction, take the request back, decide it, disown it; each in one transaction with its log."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, transaction

from kecs.assurance.actions import disavow_holding
from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import tried_again, whole
from kecs.corrections import events, notices
from kecs.corrections.documents.actions import NotOpen, Upload, add_documents, destroy_documents
from kecs.corrections.kinds import Fact, InTheWay, State, Why
from kecs.corrections.models import Correction, DeskCorrection
from kecs.corrections.queries import (
    CORRECTED,
    asked_in,
    before_in,
    corrects_still,
    in_the_way_of_accepting,
)
from kecs.guard.queries import database_clock
from kecs.mail.actions import queue
from kecs.pii.fields import seal_into
from kecs.pii.redact import REDACTED, SSN_SHAPE
from kecs.records.actions import SsnOnFile, close_case, open_case
from kecs.records.correcting.actions import Changes, correct_record, state_anew, wait_for_settling
from kecs.records.holdings.queries import held_by
from kecs.records.kinds import CaseKind
from kecs.records.legal_holds.queries import protected
from kecs.records.queries import owners_of_ssn


class AlreadyAsked(Exception):
    """The account has a request that is not decided yet."""


class ClaimFrozen(Exception):
    """Somebody said that the account's claim is not hers: that is to be decided first."""


class ClaimEnded(Exception):
    """The record that the request was about is not the account's any more: it can only be refused."""


class Decided(StrEnum):
    """What a decision came to."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    STOPPED = (
        "stopped"  # somebody else has the SSN: the request stays open, and a case about the two was opened
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is right, as typed; blank or None for what stays as it is."""

    why: Why
    first_name: str = field(default="", repr=False)
    last_surname: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    ssn: str = field(default="", repr=False)  # nine digits
    note: str = field(default="", repr=False)

    @property
    def facts(self) -> list[str]:
        """Which facts are wrong."""
        asked = {
            Fact.NAME: self.first_name or self.last_surname,
            Fact.BIRTH_DATE: self.birth_date,
            Fact.SSN: self.ssn,
        }
        return [fact.value for fact, value in asked.items() if value]

    def as_json(self) -> str:
        """To be sealed."""
        born = self.birth_date.isoformat() if self.birth_date else ""
        return json.dumps({**asdict(self), "birth_date": born, "why": self.why.value})


def ask_for_correction(*, account_id: UUID, asked: Asked, uploads: Iterable[Upload], by: str) -> UUID:
    """Put a request before staff, and tell every address. Raises AlreadyAsked."""
    with transaction.atomic(), recorded_together():
        held = held_by(account_id)
        case_id = open_case(
            kind=CaseKind.CORRECTION,
            account_id=account_id,
            record_ids=[held.record_id] if held else [],
            because=asked.facts,
            by=by,
        )
        row = Correction(
            account_id=account_id,
            case_id=case_id,
            facts=asked.facts,
            why=asked.why.value,
            asked_at=database_clock(),
        )
        seal_into(row, "asked_sealed", asked.as_json())
        try:
            row.save(force_insert=True)
        except IntegrityError:
            raise AlreadyAsked from None
        add_documents(correction_id=row.pk, uploads=uploads, by=by)
        for address in notices.addresses_of(account_id):
            queue(message=notices.asked_notice(to=address, correction_id=row.pk), by=by)
        record(
            event=events.CorrectionAsked(
                subject=f"account:{account_id}",
                correction=str(row.pk),
                facts=tuple(asked.facts),
                why=asked.why.value,
            ),
            by=by,
        )
    return row.pk


@tried_again
def withdraw_correction(*, account_id: UUID, by: str) -> bool:
    """Take the open request back, and destroy its documents. False when there is none."""
    with transaction.atomic(), recorded_together():
        row = (
            Correction.objects.select_for_update(no_key=True)
            .filter(account_id=account_id, state=State.OPEN)
            .first()
        )
        if row is None:
            return False
        _close(row, State.WITHDRAWN, by=by)
        _records, kept = protected()
        # What a legal hold keeps goes when the hold is lifted and its time has come, as with every request that is closed.
        gone = 0 if account_id in kept else destroy_documents(correction_id=row.pk, by=by)
        record(event=events.CorrectionWithdrawn(subject=f"correction:{row.pk}", documents=gone), by=by)
    return True


def decide_correction(*, correction_id: UUID, accept: bool, reason: str, by: str) -> Decided:
    """Staff's answer: of any number at once one holds, and the others raise NotOpen.

    Accepting changes the account's record, if it holds one, and what it states. Raises ClaimFrozen and ClaimEnded.
    """
    try:
        with transaction.atomic(), recorded_together():
            return _decide(correction_id=correction_id, accept=accept, reason=reason, by=by)
    except SsnOnFile:
        with transaction.atomic(), recorded_together():
            _stop(correction_id=correction_id, by=by)
        return Decided.STOPPED


def _locked(correction_id: UUID) -> Correction:
    row = Correction.objects.select_for_update(no_key=True).filter(pk=correction_id, state=State.OPEN).first()
    if row is None:
        raise NotOpen
    return row


def _decide(*, correction_id: UUID, accept: bool, reason: str, by: str) -> Decided:
    row = _locked(correction_id)
    told = SSN_SHAPE.sub(REDACTED, reason)  # it leaves by mail
    seal_into(row, "reason_sealed", told)
    # Before anything changes: the notices go to the addresses that were there when she asked.
    addresses = notices.addresses_of(row.account_id) if accept else []
    if accept:
        seal_into(row, "before_sealed", json.dumps(_carry_out(row, by=by)))
    _close(row, State.ACCEPTED if accept else State.REFUSED, by=by)
    queue(
        message=notices.decided_notice(account_id=row.account_id, accepted=accept, reason=told),
        by=by,
    )
    for address in addresses:
        queue(message=notices.changed_notice(to=address, correction_id=row.pk), by=by)
    record(
        event=events.CorrectionDecided(
            subject=f"account:{row.account_id}",
            correction=str(row.pk),
            accepted=accept,
            facts=tuple(row.facts),
        ),
        by=by,
    )
    return Decided.ACCEPTED if accept else Decided.REFUSED


def _changes(row: Correction) -> Changes:
    asked = asked_in(row)
    return Changes(
        first_name=asked["first_name"] or None,
        last_surname=asked["last_surname"] or None,
        birth_date=date.fromisoformat(asked["birth_date"]) if asked["birth_date"] else None,
        ssn=asked["ssn"] or None,
    )


def _carry_out(row: Correction, *, by: str) -> dict[str, dict[str, str]]:
    """Change the record and the statement; what stood there before, so that staff can put it back."""
    # First: whoever settles this account now gives it a record, and that record is to be corrected as well.
    wait_for_settling(account_id=row.account_id, by=by)
    held, changes = held_by(row.account_id), _changes(row)
    before: dict[str, dict[str, str]] = {}
    match in_the_way_of_accepting(row, held):
        case InTheWay.FROZEN:
            raise ClaimFrozen
        case InTheWay.ENDED:
            raise ClaimEnded
    if held and not held.contests:
        was = asdict(correct_record(record_id=held.record_id, changes=changes, by=by))
        before["record"] = {**was, CORRECTED: str(held.record_id)}
    stated = state_anew(account_id=row.account_id, changes=changes, by=by)
    if stated:
        before["stated"] = asdict(stated)
    return before


def _close(row: Correction, state: State, *, by: str) -> None:
    row.state, row.closed_at, row.closed_by = state.value, database_clock(), by
    row.save(update_fields=["state", "closed_at", "closed_by", "reason_sealed", "before_sealed"])
    close_case(case_id=row.case_id, outcome=state.value, by=by)


def _stop(*, correction_id: UUID, by: str) -> None:
    """Once a request: whose SSN it is must be found out first."""
    row = _locked(correction_id)
    if row.conflict_case_id:
        return
    held = held_by(row.account_id)
    others = owners_of_ssn(asked_in(row)["ssn"])
    row.conflict_case_id = open_case(
        kind=CaseKind.SSN_ON_FILE_OTHER_NAME,
        account_id=row.account_id,
        other_account_id=others.account_id,
        record_ids=dict.fromkeys([*([held.record_id] if held else []), *others.record_ids]),
        because=("ssn",),
        by=by,
    )
    row.save(update_fields=["conflict_case_id"])
    record(
        event=events.CorrectionStopped(subject=f"correction:{row.pk}", case=str(row.conflict_case_id)), by=by
    )


@tried_again
def contest_correction(*, token: str, by: str) -> bool:
    """ "This wasn't me": close the request if it is open, freeze the claim, and have staff look. False for a bad token."""
    correction_id = notices.request_named_in(token)
    if correction_id is None:
        return False
    with transaction.atomic(), recorded_together():
        row = Correction.objects.select_for_update(no_key=True).filter(pk=correction_id).first()
        if row is None:
            return _contest_at_desk(correction_id, by=by)
        if row.contest_case_id is None:
            _contest(row, by=by)
    return True


def _contest_at_desk(correction_id: UUID, *, by: str) -> bool:
    """The same for what staff corrected without a request: the hold is frozen, if there is one, and staff look again."""
    row = DeskCorrection.objects.select_for_update(of=("self",), no_key=True).filter(pk=correction_id).first()
    if row is None:
        return False
    if row.contest_case_id is not None:
        return True
    held = held_by(row.account_id) if row.account_id else None
    if held:
        disavow_holding(holding_id=held.holding_id, by=by)
    row.contest_case_id = open_case(
        kind=CaseKind.CORRECTION,
        account_id=row.account_id,
        record_ids=[row.record_id] if row.record_id else [],
        because=("not_me", *row.facts),
        by=by,
    )
    row.save(update_fields=["contest_case_id"])
    subject = f"record:{row.record_id}" if row.record_id else f"account:{row.account_id}"
    event = events.DeskCorrectionContested(subject=subject, case=str(row.contest_case_id))
    record(event=event, by=by)
    return True


def _contest(row: Correction, *, by: str) -> None:
    held = held_by(row.account_id)
    if row.state == State.OPEN:
        _close(row, State.WITHDRAWN, by=by)
    if held:
        disavow_holding(holding_id=held.holding_id, by=by)
    row.contest_case_id = open_case(
        kind=CaseKind.CORRECTION,
        account_id=row.account_id,
        record_ids=[held.record_id] if held else [],
        because=("not_me", *row.facts),
        by=by,
    )
    row.save(update_fields=["contest_case_id"])
    record(
        event=events.CorrectionContested(subject=f"correction:{row.pk}", case=str(row.contest_case_id)), by=by
    )


@tried_again
def put_back_correction(*, correction_id: UUID, by: str) -> bool:
    """Staff found that it was never asked by her: every fact as it stood before, and every address is told.

    False where it was not carried out, what stood there is destroyed, or the corrected record is not the account's any
    more: staff correct that one at the desk. Raises SsnOnFile.
    """
    with transaction.atomic(), recorded_together():
        row = (
            Correction.objects.select_for_update(no_key=True)
            .filter(pk=correction_id, state=State.ACCEPTED)
            .first()
        )
        before = before_in(row) if row else {}
        held = held_by(row.account_id) if row else None
        if row is None or not before or not corrects_still(row, held):
            return False
        if held is not None and "record" in before:
            correct_record(record_id=held.record_id, changes=_back(row, before["record"]), by=by)
        if "stated" in before:
            state_anew(account_id=row.account_id, changes=_back(row, before["stated"]), by=by)
        # Once: what is put back is not put back again.
        seal_into(row, "before_sealed", None)
        row.save(update_fields=["before_sealed"])
        for address in notices.addresses_of(row.account_id):
            queue(message=notices.put_back_notice(to=address), by=by)
        record(
            event=events.CorrectionPutBack(
                subject=f"account:{row.account_id}", correction=str(row.pk), facts=tuple(row.facts)
            ),
            by=by,
        )
    return True


def _back(row: Correction, before: dict[str, str]) -> Changes:
    """The facts that were asked for, as they stood. A number of which only the last four were known stays."""
    names, born, ssn = Fact.NAME in row.facts, Fact.BIRTH_DATE in row.facts, Fact.SSN in row.facts
    whole = ssn and len(before["ssn"]) == len("000000000")
    return Changes(
        first_name=before["first_name"] if names else None,
        last_surname=before["last_surname"] if names else None,
        birth_date=date.fromisoformat(before["birth_date"]) if born and before["birth_date"] else None,
        ssn=before["ssn"] if whole else None,
    )


@whole
def open_facts(*, correction_id: UUID, by: str) -> Asked:
    """What was asked, the whole SSN included, for staff to compare with the documents; the look is on the log."""
    row = Correction.objects.get(pk=correction_id)
    changes = _changes(row)
    record(event=events.FactsOpened(subject=f"correction:{row.pk}", facts=tuple(row.facts)), by=by)
    return Asked(
        why=Why(row.why),
        first_name=changes.first_name or "",
        last_surname=changes.last_surname or "",
        birth_date=changes.birth_date,
        ssn=changes.ssn or "",
        note=asked_in(row)["note"],
    )
