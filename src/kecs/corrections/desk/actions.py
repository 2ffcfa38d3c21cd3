"""Correct a fact after a document was seen; in one transaction with the notices to every address, and its line in the log."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import tried_again, whole
from kecs.corrections import events, notices
from kecs.corrections.actions import Asked, ClaimFrozen
from kecs.corrections.kinds import Paper
from kecs.corrections.models import DeskCorrection
from kecs.guard.queries import database_clock
from kecs.mail.actions import queue
from kecs.pii.fields import seal_into
from kecs.records.correcting.actions import Changes, correct_record, state_anew, wait_for_settling
from kecs.records.holdings.queries import contact_email_of, held_by, holder_of
from kecs.records.legal_holds.queries import protected


class NothingToCorrect(Exception):
    """There is no record, and nothing was stated; or no fact is otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose facts: of a record, of an account, or of both where the account holds the record."""

    record_id: UUID | None = None
    account_id: UUID | None = None


@tried_again
def correct_at_desk(*, whose: Whose, asked: Asked, paper: Paper, by: str) -> UUID:
    """Change the record and what its holder stated. Every address on file and of the account learns of it.

    `asked` is what is right and why; its note is not kept. Raises SsnOnFile (kecs.records.actions) where somebody else
    has the number, ClaimFrozen, and NothingToCorrect.
    """
    if not asked.facts:
        raise NothingToCorrect
    with transaction.atomic(), recorded_together():
        whose = _both_sides(whose, by=by)
        # Before anything changes: to the addresses that were there.
        addresses = _addresses_of(whose)
        row = DeskCorrection(
            record_id=whose.record_id,
            account_id=whose.account_id,
            facts=asked.facts,
            why=asked.why.value,
            paper=paper.value,
            made_at=database_clock(),
            made_by=by,
        )
        seal_into(row, "before_sealed", json.dumps(_carry_out(whose, asked, by=by)))
        row.save(force_insert=True)
        for address in addresses:
            queue(message=notices.changed_notice(to=address, correction_id=row.pk), by=by)
        subject = f"record:{whose.record_id}" if whose.record_id else f"account:{whose.account_id}"
        record(
            event=events.CorrectedAtDesk(
                subject=subject,
                correction=str(row.pk),
                facts=tuple(asked.facts),
                why=asked.why.value,
                paper=paper.value,
            ),
            by=by,
        )
    return row.pk


def _both_sides(whose: Whose, *, by: str) -> Whose:
    """The holder of the record is corrected with it, and the record that an account holds. Who contests holds nothing."""
    if whose.record_id is not None:
        return Whose(record_id=whose.record_id, account_id=holder_of(whose.record_id))
    if whose.account_id is None:
        raise NothingToCorrect
    # First: whoever settles this account now gives it a record, and that record is to be corrected as well.
    wait_for_settling(account_id=whose.account_id, by=by)
    held = held_by(whose.account_id)
    return Whose(
        record_id=held.record_id if held and not held.contests else None, account_id=whose.account_id
    )


def _addresses_of(whose: Whose) -> list[str]:
    if whose.account_id is not None:
        return notices.addresses_of(whose.account_id)
    on_file = contact_email_of(whose.record_id) if whose.record_id else ""
    return [on_file.lower()] if on_file else []


def _carry_out(whose: Whose, asked: Asked, *, by: str) -> dict[str, dict[str, str]]:
    """What stood there before."""
    changes = Changes(
        first_name=asked.first_name or None,
        last_surname=asked.last_surname or None,
        birth_date=asked.birth_date,
        ssn=asked.ssn or None,
    )
    before: dict[str, dict[str, str]] = {}
    held = held_by(whose.account_id) if whose.account_id else None
    if held and held.frozen:
        raise ClaimFrozen
    if whose.record_id is not None:
        before["record"] = asdict(correct_record(record_id=whose.record_id, changes=changes, by=by))
    if whose.account_id is not None:
        stated = state_anew(account_id=whose.account_id, changes=changes, by=by)
        before |= {"stated": asdict(stated)} if stated else {}
    if not before:
        raise NothingToCorrect
    return before


@whole
def forget_old_corrections(*, by: str, at: datetime | None = None) -> int:
    """What stood there before goes when documents do; how many. That there was a correction stays."""
    before = (at or database_clock()) - timedelta(days=settings.KECS_DOCUMENTS_KEPT_DAYS)
    records, accounts = protected()
    old = DeskCorrection.objects.filter(made_at__lt=before, before_sealed__isnull=False)
    many = old.exclude(record_id__in=records).exclude(account_id__in=accounts).update(before_sealed=None)
    if many:
        record(event=events.DeskFactsDestroyed(subject="-", corrections=many), by=by)
    return many
