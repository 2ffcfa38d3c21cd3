"""What `kecs import` did of late, as far as no file that staff sent stands for it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from kecs.guard.queries import database_clock
from kecs.records.importing.load import KIND, source_ending
from kecs.records.kinds import UploadState
from kecs.records.models import Run, Upload
from kecs.records.undoing.actions import UNDO_FOR
from kecs.records.uploads.queries import LoadedImport


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLineRun:
    """An import that `kecs import` did: no file of it lies here, but it can be undone as any other."""

    run_id: UUID
    name: str
    read: int
    created: int
    updated: int
    same: int
    rejected: int
    started_at: datetime
    ended_at: datetime | None

    @property
    def undo_until(self) -> datetime:
        """A day, as for a file that was sent."""
        return self.started_at + UNDO_FOR

    @property
    def may_be_undone(self) -> bool:
        """Whether there is anything, and time, to undo."""
        return bool(self.created + self.updated) and self.undo_until > database_clock()


def command_line_runs(*, by: str, most: int = 20) -> list[CommandLineRun]:
    """The newest first; without those that belong to a file, as one does from the moment at which its undoing was asked for."""
    return [_run_seen(run) for run in _runs_of_no_upload().order_by("-started_at")[:most]]


def command_line_run(run_id: UUID, *, lock: bool = False) -> CommandLineRun | None:
    """One; locked, for whoever has it undone."""
    runs = _runs_of_no_upload()
    run = (runs.select_for_update(of=("self",), no_key=True) if lock else runs).filter(pk=run_id).first()
    return _run_seen(run) if run else None


def loaded_runs(*, by: str, most: int = 20) -> list[LoadedImport]:
    """Those that loaded something, the newest first. Which file it was the log tells by its content only."""
    runs = _runs_of_no_upload().filter(Q(created__gt=0) | Q(updated__gt=0)).order_by("-started_at")
    return [
        LoadedImport(
            import_id=run.pk,
            name=_run_seen(run).name,
            began_at=run.started_at,
            ended_at=run.ended_at,
            source=source_ending(run.content),
        )
        for run in runs[:most]
    ]


def _runs_of_no_upload() -> QuerySet[Run]:
    did = [UploadState.LOADING, UploadState.LOADED, UploadState.STOPPED, UploadState.UNDOING]
    theirs = Upload.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=OuterRef("started_at")),
        state__in=[*(state.value for state in did), UploadState.UNDONE.value],
        content=OuterRef("content"),
        asked_at__lte=Coalesce(OuterRef("ended_at"), Now()),
    )
    return Run.objects.filter(~Exists(theirs), kind=KIND, undone_at=None)


def _run_seen(run: Run) -> CommandLineRun:
    return CommandLineRun(
        run_id=run.pk,
        name=f"kecs import ({run.content[:12]})",
        read=run.read,
        created=run.created,
        updated=run.updated,
        same=run.same,
        rejected=run.rejected,
        started_at=run.started_at,
        ended_at=run.ended_at,
    )
