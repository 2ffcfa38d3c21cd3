"""Empty what a lost key sealed of corrections. Each in the transaction of the caller, who says so on the log."""

from collections.abc import Collection
from uuid import UUID

from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.corrections import events
from kecs.corrections.documents.actions import destroy_documents
from kecs.corrections.kinds import State
from kecs.corrections.models import Correction, DeskCorrection
from kecs.guard.queries import database_clock
from kecs.records.actions import close_case


@whole
def let_go_of_asked(*, correction_ids: Collection[UUID], by: str) -> None:
    """Nobody knows any more what was asked: an open request ends as one that was taken back, and the person may ask again."""
    for row in Correction.objects.filter(pk__in=correction_ids):
        gone = destroy_documents(correction_id=row.pk, by=by)
        if row.state == State.OPEN:
            row.state, row.closed_at, row.closed_by = State.WITHDRAWN.value, database_clock(), by
            close_case(case_id=row.case_id, outcome=State.WITHDRAWN.value, by=by)
            record(event=events.CorrectionWithdrawn(subject=f"correction:{row.pk}", documents=gone), by=by)
        row.asked_sealed = None
        row.save(update_fields=["state", "closed_at", "closed_by", "asked_sealed"])


@whole
def let_go_of_facts_before(*, correction_ids: Collection[UUID], by: str) -> None:
    """These corrections cannot be put back any more."""
    Correction.objects.filter(pk__in=correction_ids).update(before_sealed=None)


@whole
def let_go_of_reasons(*, correction_ids: Collection[UUID], by: str) -> None:
    """What staff wrote; the mail had it."""
    Correction.objects.filter(pk__in=correction_ids).update(reason_sealed=None)


@whole
def let_go_of_desk_facts(*, correction_ids: Collection[UUID], by: str) -> None:
    """What stood there before corrections at the desk."""
    DeskCorrection.objects.filter(pk__in=correction_ids).update(before_sealed=None)
