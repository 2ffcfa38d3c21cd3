"""The steps that a file goes through behind the scenes: the dry run, the loading, the undoing; `kecs imports` calls this."""

import io
import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Self

from django.conf import settings
from django.utils import timezone

from kecs.pii.seal import SealBroken
from kecs.records.importing.load import Rules, load, opened, preview, source_of
from kecs.records.importing.parse import FileRefused
from kecs.records.importing.prepare import Rejected
from kecs.records.importing.rejects import RejectsReport
from kecs.records.importing.workers import WorkerFailed
from kecs.records.kinds import UploadState
from kecs.records.undoing.actions import TooLate, undo_run
from kecs.records.uploads import actions
from kecs.records.uploads.actions import Ended, Taken
from kecs.records.uploads.queries import REPORT, runs_of
from kecs.records.uploads.sealed_files import SealedFile

_NOTED_EVERY = 1.0  # seconds
_LINES_NAMED = 5


class _Stopped(Exception):
    """The worker was asked to stop."""


@dataclass(slots=True, kw_only=True)
class _Progress:
    """Writes down now and then how far it has come, which also keeps the lease. Raises Otherwise, _Stopped."""

    taken: Taken
    stop: threading.Event
    by: str
    read: int = 0
    noted: float = field(default_factory=monotonic)

    def looked(self) -> None:
        """Not counting yet."""
        self._note({})

    def advance(self, count: int) -> None:
        """So many rows more."""
        self.read += count
        self._note({"read": self.read})

    def resume(self, read: int) -> None:
        """So many were dealt with before."""
        self.read = read
        counted = {"read": read, "read_before": read}
        actions.note_progress(taken=self.taken, counted=counted, by=self.by)

    def _note(self, counted: dict[str, int]) -> None:
        if self.stop.is_set():
            raise _Stopped
        if monotonic() - self.noted >= _NOTED_EVERY:
            self.noted = monotonic()
            actions.note_progress(taken=self.taken, counted=counted, by=self.by)


class _RejectedRows:
    """All of them in a sealed report, and by code how many there are and the first lines."""

    def __init__(self, taken: Taken) -> None:
        self._sealed = SealedFile(taken.upload_id, REPORT).writer()
        self._text = io.TextIOWrapper(
            self._sealed,  # type: ignore[type-var]  # a raw stream serves as well, where nothing is read
            encoding="utf-8-sig",
            newline="",
            write_through=True,
        )
        self._report = RejectsReport(self._text)
        self._counts: Counter[str] = Counter()
        self._lines: dict[str, list[int]] = {}

    def __enter__(self) -> Self:
        """For `with _RejectedRows(...) as rejected`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_exception: object) -> None:
        """Finished, or dropped."""
        self._text.flush()
        self._text.detach()
        if kind is None:
            self._sealed.finish()
        else:
            self._sealed.drop()

    def add(self, rejected: Rejected) -> None:
        """One problem of one row."""
        problem = rejected.problem
        self._report.add(line=rejected.line, staff_unique_id=rejected.staff_unique_id, problem=problem)
        self._counts[problem.code] += 1
        lines = self._lines.setdefault(problem.code, [])
        if len(lines) < _LINES_NAMED:
            lines.append(rejected.line)

    @property
    def by_code(self) -> dict[str, Any]:
        """As the upload's row keeps it."""
        return {code: {"count": many, "lines": self._lines[code]} for code, many in self._counts.items()}


def work_on_uploads(*, by: str, stop: threading.Event, say: Callable[[str], None]) -> bool:
    """Do the step that has waited longest; False where none waits. Another worker goes on with what this one leaves."""
    taken = actions.take_upload(by=by)
    if taken is None:
        return False
    progress = _Progress(taken=taken, stop=stop, by=by)
    try:
        _STEPS[taken.state](taken, progress)
        say(f"upload {taken.upload_id}: {taken.state} is done")
    except _Stopped:
        actions.put_back(taken=taken, by=by)
    except actions.Otherwise:
        say(f"upload {taken.upload_id}: {taken.state} was taken away")
    except (FileRefused, OSError, SealBroken, WorkerFailed) as error:
        # Its text may name a path or quote a row; its kind says enough.
        say(f"upload {taken.upload_id}: {taken.state} failed ({type(error).__name__})")
        actions.give_up(taken=taken, because=type(error).__name__, by=by)
    return True


def _read(taken: Taken, progress: _Progress, *, apply: bool) -> None:
    """The dry run and the loading differ in nothing but who decides what a row becomes."""
    rules = Rules(today=timezone.localdate(), allow_never_issued=settings.KECS_ALLOW_NEVER_ISSUED_SSN)
    processes = min(4, len(os.sched_getaffinity(0)))
    with (
        opened(
            SealedFile(taken.upload_id), rules=rules, processes=processes, on_looked=progress.looked
        ) as file,
        _RejectedRows(taken) as rejected,
    ):
        actions.know_content(taken=taken, content=file.content, by=progress.by)
        actions.begin_step(taken=taken, rows=file.survey.rows, by=progress.by)
        if apply:
            summary = load(
                file=file,
                by=taken.by,
                on_rejected=rejected.add,
                on_progress=progress.advance,
                on_resumed=progress.resume,
            )
        else:
            summary = preview(file=file, on_rejected=rejected.add, on_progress=progress.advance)
        source = file.source
    state = UploadState.LOADED if apply else UploadState.CHECKED
    ended = Ended(state=state, summary=summary, problems=rejected.by_code, source=source)
    actions.end_step(taken=taken, ended=ended, by=progress.by)


def _check(taken: Taken, progress: _Progress) -> None:
    _read(taken, progress, apply=False)


def _load(taken: Taken, progress: _Progress) -> None:
    _read(taken, progress, apply=True)


def _undo(taken: Taken, progress: _Progress) -> None:
    runs = list(runs_of(taken.upload_id))
    actions.begin_step(taken=taken, rows=sum(run.created + run.updated for run in runs), by=progress.by)
    progress.resume(sum(run.removed + run.restored for run in runs))
    for run in runs:
        if run.undone_at is None:
            try:
                undo_run(
                    run_id=run.pk,
                    source=source_of(SealedFile(taken.upload_id).name, taken.content),
                    reason=taken.reason,
                    on_progress=progress.advance,
                    by=taken.by,
                )
            except TooLate:  # the day went by while it waited
                continue
    actions.end_undoing(taken=taken, by=progress.by)


_STEPS: dict[UploadState, Callable[[Taken, _Progress], None]] = {
    UploadState.CHECKING: _check,
    UploadState.LOADING: _load,
    UploadState.UNDOING: _undo,
}
