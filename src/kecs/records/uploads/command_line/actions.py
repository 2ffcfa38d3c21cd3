"""Have undone what `kecs import` did: an upload without content stands for it from then on, so that the worker takes it as any other."""

from uuid import UUID

from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.guard.queries import database_clock
from kecs.records import events
from kecs.records.kinds import UploadState, Why
from kecs.records.models import Run, Upload
from kecs.records.uploads.actions import Otherwise
from kecs.records.uploads.command_line.queries import command_line_run
from kecs.records.uploads.queries import COMMAND_LINE


@whole
def ask_to_undo_run(*, run_id: UUID, reason: Why, by: str) -> UUID:
    """Have everything undone that `kecs import` did; the upload that stands for it from now on. Raises Otherwise."""
    run = command_line_run(run_id, lock=True)
    if run is None or not run.may_be_undone:
        raise Otherwise
    content, started_by = Run.objects.values_list("content", "started_by").get(pk=run_id)
    now = database_clock()
    upload = Upload.objects.create(
        name=run.name,
        size=0,
        content=content,
        state=UploadState.UNDOING.value,
        created=run.created,
        updated=run.updated,
        same=run.same,
        rejected=run.rejected,
        sent_at=run.started_at,
        sent_by=started_by,
        asked_at=run.started_at,
        asked_by=started_by,
        asked_because=COMMAND_LINE,
        ended_at=run.ended_at or now,
        undo_asked_by=by,
        undo_because=reason.value,
        destroyed_at=now,  # there is no content
    )
    event = events.UploadAskedFor(subject=f"upload:{upload.pk}", what="undo", reason=reason.value)
    record(event=event, by=by)
    return upload.pk
