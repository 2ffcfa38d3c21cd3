"""Whose a case is, and a closed one opened again; opening and closing stand with the records they are about."""

from uuid import UUID

from django.conf import settings
from django.utils import timezone

from kecs.audit.actions import record as record_event
from kecs.audit.transactions import whole
from kecs.records import events
from kecs.records.models import Case
from kecs.records.targets import due_on


@whole
def assign_case(*, case_id: UUID, was: UUID | None, now: UUID | None, by: str) -> bool:
    """From whom of staff to whom; None is nobody. False where it is not `was`'s any more, or closed: nothing is done then."""
    changed = Case.objects.filter(pk=case_id, closed_at=None, taken_by=was).update(taken_by=now)
    if changed:
        record_event(
            event=events.CaseAssigned(subject=f"case:{case_id}", was=str(was or ""), now=str(now or "")),
            by=by,
        )
    return bool(changed)


@whole
def reopen_case(*, case_id: UUID, reason: str, by: str) -> bool:
    """It waits again, for as long as its kind may, and is nobody's. `reason` is a word. False where it is open."""
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=case_id, closed_at__isnull=False)
        .first()
    )
    if case is None:
        return False
    ended, case.closed_at, case.closed_by, case.outcome, case.taken_by = case.outcome, None, "", "", None
    today, holidays = timezone.localdate(), settings.KECS_HOLIDAYS
    case.due_on = due_on(kind=case.kind, opened=today, holidays=holidays)
    case.save(update_fields=["closed_at", "closed_by", "outcome", "taken_by", "due_on"])
    record_event(event=events.CaseReopened(subject=f"case:{case_id}", outcome=ended, reason=reason), by=by)
    return True
