"""Keep a file that staff sent, have it loaded, stopped, undone or discarded; and what the worker writes down of its steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.guard.queries import database_clock
from kecs.records import events
from kecs.records.importing.load import Summary
from kecs.records.importing.parse import CsvFile
from kecs.records.kinds import WORKED_ON, UploadState, Why
from kecs.records.models import Upload
from kecs.records.uploads.handler import SealedUpload
from kecs.records.uploads.queries import KEPT_FOR, REPORT, upload_with_id
from kecs.records.uploads.sealed_files import SealedFile, folder

LEASE = timedelta(seconds=60)


class Otherwise(Exception):
    """It is in another state by now, or another worker has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that this worker has to itself while the lease lasts. `by` is who asked for it."""

    upload_id: UUID
    state: UploadState
    token: UUID
    content: str
    reason: str
    by: str


@whole
def keep_upload(*, upload: SealedUpload, name: str, by: str) -> UUID:
    """Keep a file and have it looked through. Raises FileRefused where its first line cannot be that of a file of records."""
    with CsvFile(upload.sealed.open("rb")) as csv:
        header = csv.header
    kept = Upload.objects.create(
        id=upload.sealed.upload_id,
        name=name[:100],
        size=upload.size or 0,
        columns=[column for column in header.columns if column not in header.unknown],
        unknown=list(header.unknown),
        sent_at=database_clock(),
        sent_by=by,
    )
    record(event=events.UploadKept(subject=f"upload:{kept.pk}", size=kept.size), by=by)
    upload.kept = True
    return kept.pk


def ask_to_load(*, upload_id: UUID, reason: Why, by: str) -> None:
    """Have it loaded, or go on where it was stopped. Raises Otherwise."""
    now = database_clock()
    _ask(
        upload_id,
        "load",
        states=(UploadState.CHECKED, UploadState.STOPPED),
        values={
            "state": UploadState.LOADING.value,
            "asked_at": now,
            "asked_by": by,
            "asked_because": reason.value,
            "began_at": None,
            "read": 0,
        },
        reason=reason.value,
        by=by,
    )


def ask_to_stop(*, upload_id: UUID, by: str) -> None:
    """Leave it half-way: what is loaded stays, until it is undone or goes on. Raises Otherwise."""
    stopped = {"state": UploadState.STOPPED.value, **_NO_LEASE}
    _ask(upload_id, "stop", states=(UploadState.LOADING,), values=stopped, reason="", by=by)


def ask_to_undo(*, upload_id: UUID, reason: Why, by: str) -> None:
    """Have everything undone that it did. Raises Otherwise."""
    upload = upload_with_id(upload_id)
    if upload is None or not upload.may_be_undone:
        raise Otherwise
    _ask(
        upload_id,
        "undo",
        states=(UploadState.LOADED, UploadState.STOPPED),
        values={
            "state": UploadState.UNDOING.value,
            "undo_asked_by": by,
            "undo_because": reason.value,
            "began_at": None,
            "read": 0,
        },
        reason=reason.value,
        by=by,
    )


def discard(*, upload_id: UUID, by: str) -> None:
    """It will not be loaded; its content is destroyed. Raises Otherwise."""
    gone = {"state": UploadState.DISCARDED.value, "destroyed_at": database_clock(), **_NO_LEASE}
    states = (UploadState.CHECKING, UploadState.CHECKED, UploadState.FAILED)
    _ask(upload_id, "discard", states=states, values=gone, reason="", by=by)
    _destroy(upload_id)


@whole
def _ask(
    upload_id: UUID,
    what: str,
    *,
    states: tuple[UploadState, ...],
    values: Mapping[str, Any],
    reason: str,
    by: str,
) -> None:
    asked = Upload.objects.filter(pk=upload_id, state__in=[state.value for state in states])
    if not asked.update(**values):
        raise Otherwise
    event = events.UploadAskedFor(subject=f"upload:{upload_id}", what=what, reason=reason)
    record(event=event, by=by)


# --- The worker ---------------------------------------------------------------------------------------------------

_NO_LEASE: Mapping[str, None] = {"leased_until": None, "lease_token": None}


def take_upload(*, by: str) -> Taken | None:
    """The step that has waited longest and that nobody works on; whoever was killed loses it after a minute."""
    now, token = database_clock(), uuid4()
    due = Upload.objects.filter(
        Q(leased_until=None) | Q(leased_until__lt=now), state__in=[state.value for state in WORKED_ON]
    )
    for upload_id in due.order_by("moved_at").values_list("pk", flat=True)[:5]:
        if due.filter(pk=upload_id).update(leased_until=now + LEASE, lease_token=token, moved_at=now):
            upload = Upload.objects.get(pk=upload_id)
            undoing = upload.state == UploadState.UNDOING
            return Taken(
                upload_id=upload.pk,
                state=UploadState(upload.state),
                token=token,
                content=upload.content,
                reason=upload.undo_because if undoing else upload.asked_because,
                by=(upload.undo_asked_by if undoing else upload.asked_by) or by,
            )
    return None


def begin_step(*, taken: Taken, rows: int, by: str) -> None:
    """From now on rows are counted. Raises Otherwise."""
    _note(taken, {"rows": rows, "read": 0, "read_before": 0, "began_at": database_clock()})


def note_progress(*, taken: Taken, counted: Mapping[str, int], by: str) -> None:
    """How far it has come, and that somebody is at work. Raises Otherwise."""
    _note(taken, counted)


def know_content(*, taken: Taken, content: str, by: str) -> None:
    """By which its runs are found. Raises Otherwise."""
    _note(taken, {"content": content})


def _note(taken: Taken, values: Mapping[str, Any]) -> None:
    now = database_clock()
    _taken(taken, {**values, "moved_at": now, "leased_until": now + LEASE})


def _taken(taken: Taken, values: Mapping[str, Any]) -> None:
    mine = Upload.objects.filter(pk=taken.upload_id, state=taken.state.value, lease_token=taken.token)
    if not mine.update(**values):
        raise Otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a step came to."""

    state: UploadState
    summary: Summary
    problems: dict[str, Any] = field(default_factory=dict)
    source: str = ""


def end_step(*, taken: Taken, ended: Ended, by: str) -> None:
    """Hand it back. What was loaded is not needed any more and is destroyed. Raises Otherwise."""
    _end(taken, ended)
    if ended.state is UploadState.LOADED:
        SealedFile(taken.upload_id).destroy()


@whole
def _end(taken: Taken, ended: Ended) -> None:
    now, summary = database_clock(), ended.summary
    loaded = ended.state is UploadState.LOADED
    _taken(
        taken,
        {
            "state": ended.state.value,
            "read": summary.read,
            "created": summary.created,
            "updated": summary.updated,
            "same": summary.same,
            "rejected": summary.rejected,
            "problems": ended.problems,
            "moved_at": now,
            **({"ended_at": now} if loaded else {}),
            **_NO_LEASE,
        },
    )
    if loaded:
        event = events.UploadLoaded(
            subject=f"upload:{taken.upload_id}",
            source=ended.source,
            created=summary.created,
            updated=summary.updated,
            same=summary.same,
            rejected=summary.rejected,
        )
        record(event=event, by=taken.by)


def end_undoing(*, taken: Taken, by: str) -> None:
    """Everything that could be undone is. Raises Otherwise."""
    _taken(taken, {"state": UploadState.UNDONE.value, "moved_at": database_clock(), **_NO_LEASE})


def give_up(*, taken: Taken, because: str, by: str) -> None:
    """It cannot be read any more. Raises Otherwise."""
    failed = {"state": UploadState.FAILED.value, "failed_because": because[:40], **_NO_LEASE}
    _taken(taken, {**failed, "moved_at": database_clock()})


def put_back(*, taken: Taken, by: str) -> None:
    """Whoever comes next goes on with it: this worker was asked to stop."""
    mine = Upload.objects.filter(pk=taken.upload_id, lease_token=taken.token)
    mine.update(**_NO_LEASE)


# --- Tidying ------------------------------------------------------------------------------------------------------


def destroy_old_uploads(*, by: str) -> int:
    """Contents and reports that are a day old, and files that no upload is known of; how many."""
    before = database_clock() - KEPT_FOR
    old = Upload.objects.filter(destroyed_at=None, moved_at__lt=before).exclude(
        state__in=[state.value for state in WORKED_ON]
    )
    ids = list(old.values_list("pk", flat=True)[:1000])
    for upload_id in ids:
        _expire(upload_id, by=by)
    return len(ids) + _sweep(by=by)


@whole
def _expire(upload_id: UUID, *, by: str) -> None:
    unused = Upload.objects.filter(pk=upload_id, state__in=[UploadState.CHECKED, UploadState.FAILED])
    unused.update(state=UploadState.DISCARDED.value)
    Upload.objects.filter(pk=upload_id).update(destroyed_at=database_clock())
    record(event=events.UploadDestroyed(subject=f"upload:{upload_id}"), by=by)
    _destroy(upload_id)


def _destroy(upload_id: UUID) -> None:
    for what in ("content", REPORT):
        SealedFile(upload_id, what).destroy()


@whole
def _sweep(*, by: str) -> int:
    """What a process left that was killed while it wrote: a day old, and of no upload that is still kept."""
    before = (database_clock() - KEPT_FOR).timestamp()
    known = {str(each) for each in Upload.objects.filter(destroyed_at=None).values_list("pk", flat=True)}
    left = [
        path
        for path in folder().iterdir()
        if path.stat().st_mtime < before and path.name.partition(".")[0] not in known
    ]
    if left:
        # First the log: no file comes back.
        record(event=events.UploadRemainsDestroyed(subject="-", files=len(left)), by=by)
        for path in left:
            path.unlink(missing_ok=True)
    return len(left)
