"""Files of records that staff sent: how far each has come, what became of its rows, and whether it may still be undone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kecs.guard.queries import database_clock
from kecs.records.importing.load import KIND, source_of
from kecs.records.kinds import WORKED_ON, BuiltOn, UploadState
from kecs.records.models import NotUndone, Run, Upload
from kecs.records.undoing.actions import UNDO_FOR
from kecs.records.uploads.sealed_files import PIECE, SealedFile

KEPT_FOR = timedelta(hours=24)
REPORT = "rejects"
COMMAND_LINE = "command_line"  # the reason of an upload that stands for what `kecs import` did


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedFor:
    """One reason, how many problems it is of, and the first lines."""

    code: str
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadView:
    """All that a page shows of a file."""

    upload_id: UUID
    name: str
    size: int
    columns: tuple[str, ...]
    unknown: tuple[str, ...]
    state: UploadState
    rows: int
    read: int
    rows_a_second: int
    seconds_left: int | None
    created: int
    updated: int
    same: int
    rejected: int
    problems: tuple[RejectedFor, ...]
    failed_because: str
    sent_at: datetime
    sent_by: str
    asked_at: datetime | None
    asked_by: str
    ended_at: datetime | None
    undo_until: datetime | None
    removed: int
    restored: int
    left: int
    report: bool  # whether the rejected rows can be downloaded

    @property
    def works(self) -> bool:
        """Whether a worker is at it, or will be."""
        return self.state in WORKED_ON

    @property
    def told(self) -> int:
        """All rows that became something; `read` belongs to the step at hand, which may be the undoing."""
        return self.created + self.updated + self.same + self.rejected

    @property
    def percent(self) -> int:
        """Of the step at hand."""
        return min(100, self.read * 100 // self.rows) if self.rows else 0

    @property
    def may_be_undone(self) -> bool:
        """Whether there is anything, and time, to undo."""
        ready = self.state in {UploadState.LOADED, UploadState.STOPPED}
        return ready and self.undo_until is not None and self.undo_until > database_clock()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRecord:
    """A record that an undone import had touched and that was left."""

    record_id: UUID
    why: BuiltOn


def recent_uploads(*, by: str, most: int = 50) -> list[UploadView]:
    """The newest first."""
    return [_seen(upload) for upload in Upload.objects.order_by("-sent_at")[:most]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedImport:
    """Rows that were loaded, and how the name ends that the records' events give that import; when it began, and ended."""

    import_id: UUID
    name: str
    began_at: datetime
    ended_at: datetime | None = None  # where nothing after that can be of it
    source: str


def loaded_uploads(*, by: str, most: int = 50) -> list[LoadedImport]:
    """Files that staff sent, the newest first."""
    asked = Upload.objects.exclude(asked_at=None).exclude(content="").order_by("-asked_at")
    asked = asked.exclude(asked_because=COMMAND_LINE)  # its records' events name another source
    return [
        LoadedImport(
            import_id=upload.pk,
            name=upload.name,
            began_at=upload.asked_at,
            source=source_of(SealedFile(upload.pk).name, upload.content),
        )
        for upload in asked[:most]
        if upload.asked_at
    ]


def upload_with_id(upload_id: UUID) -> UploadView | None:
    """How it stands now."""
    upload = Upload.objects.filter(pk=upload_id).first()
    return _seen(upload) if upload else None


def runs_of(upload_id: UUID) -> QuerySet[Run]:
    """The runs in which it was loaded, the newest first: more than one where another import came between."""
    upload = Upload.objects.get(pk=upload_id)
    if upload.asked_at is None or not upload.content:
        return Run.objects.none()
    runs = Run.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=upload.asked_at), kind=KIND, content=upload.content
    )
    if upload.ended_at:
        runs = runs.filter(started_at__lte=upload.ended_at)
    return runs.order_by("-started_at")


def left_records(upload_id: UUID, *, most: int = 200) -> list[LeftRecord]:
    """What was left when it was undone. The ids only: who somebody is stands on her own page."""
    rows = NotUndone.objects.filter(run__in=runs_of(upload_id)).order_by("pk")[:most]
    return [LeftRecord(record_id=row.record_id, why=BuiltOn(row.why)) for row in rows]


def left_because(upload_id: UUID) -> dict[BuiltOn, int]:
    """How many were left for each reason."""
    rows = NotUndone.objects.filter(run__in=runs_of(upload_id)).values("why").annotate(many=Count("pk"))
    return {BuiltOn(row["why"]): row["many"] for row in rows.order_by("why")}


def report_of(upload_id: UUID) -> Iterator[bytes]:
    """The report of rejected rows, piece by piece. Raises OSError where it is gone."""
    stream = SealedFile(upload_id, REPORT).open("rb")
    return _pieces(stream)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(PIECE):
            yield piece


def _seen(upload: Upload) -> UploadView:
    runs = list(runs_of(upload.pk)) if upload.asked_at else []
    done, seconds = upload.read - upload.read_before, 0.0
    if upload.began_at:
        seconds = (upload.moved_at - upload.began_at).total_seconds()
    rate = done / seconds if done > 0 and seconds > 0 else 0.0
    return UploadView(
        upload_id=upload.pk,
        name=upload.name,
        size=upload.size,
        columns=tuple(upload.columns),
        unknown=tuple(upload.unknown),
        state=UploadState(upload.state),
        rows=upload.rows,
        read=upload.read,
        rows_a_second=int(rate),
        seconds_left=int((upload.rows - upload.read) / rate) if rate else None,
        created=upload.created,
        updated=upload.updated,
        same=upload.same,
        rejected=upload.rejected,
        problems=tuple(
            RejectedFor(code=code, count=told["count"], lines=tuple(told["lines"]))
            for code, told in sorted(upload.problems.items(), key=lambda each: -each[1]["count"])
        ),
        failed_because=upload.failed_because,
        sent_at=upload.sent_at,
        sent_by=upload.sent_by,
        asked_at=upload.asked_at,
        asked_by=upload.asked_by,
        ended_at=upload.ended_at,
        undo_until=runs[-1].started_at + UNDO_FOR if runs else None,
        removed=sum(run.removed for run in runs),
        restored=sum(run.restored for run in runs),
        left=NotUndone.objects.filter(run__in=runs).count() if runs else 0,
        report=bool(upload.rejected)
        and upload.destroyed_at is None
        and SealedFile(upload.pk, REPORT).path.exists(),
    )
