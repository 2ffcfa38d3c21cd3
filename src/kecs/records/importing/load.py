"""Take a CSV file through survey, checks, plan and apply; the import command and the tests call this.

Blocks of the file are read, checked and made ready in worker processes, and written here, in the order of the file: the
result is the same however many processes there are. Memory does not grow with what is loaded.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice, takewhile
from typing import NamedTuple

from kecs.records.importing.apply import Elsewhere, apply_batch, begin_run, blocks_together, end_run
from kecs.records.importing.parse import Block, CsvFile, FileProblem, FileRefused
from kecs.records.importing.prepare import Prepared, Rejected, joined
from kecs.records.importing.reading import MAKER, BlockReader, Readable, Task
from kecs.records.importing.survey import Survey, survey
from kecs.records.importing.workers import Workers
from kecs.records.models import Run

KIND = "import"
WORTH_PROCESSES = 500_000  # bytes; below, starting processes takes longer than reading


@dataclass(slots=True, kw_only=True)
class Summary:
    """What a run did, or in a dry run would do."""

    read: int = 0
    created: int = 0
    updated: int = 0
    same: int = 0
    rejected: int = 0
    problems: Counter[str] = field(default_factory=Counter)  # by code; one row may have several

    def add(self, result: Prepared) -> None:
        """Count one batch."""
        self.read += result.read
        self.created += len(result.created)
        self.updated += len(result.changed)
        self.same += result.same
        self.rejected += result.rejected_rows
        self.problems += result.problems

    @classmethod
    def of(cls, run: Run) -> "Summary":
        """What has been counted in the run, by whichever processes."""
        return cls(
            read=run.read,
            created=run.created,
            updated=run.updated,
            same=run.same,
            rejected=run.rejected,
            problems=Counter(run.problems),
        )


# --- In the process that writes ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a file is judged by, besides itself."""

    today: date
    allow_never_issued: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """A file that has been looked through once, and the processes that read it."""

    path: Readable
    csv: CsvFile
    survey: Survey
    content: str
    source: str
    reader: BlockReader
    workers: Workers
    stamp: tuple[int, int]

    def demand_unchanged(self) -> None:
        """Raises FileRefused when the file is another one by now."""
        if _stamp_of(self.path) != self.stamp:
            raise FileRefused(FileProblem.CHANGED)


def _stamp_of(path: Readable) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@contextmanager
def opened(
    path: Readable, *, rules: Rules, processes: int, on_looked: Callable[[], None] = lambda: None
) -> Iterator[OpenedFile]:
    """Look through the whole file once; while the block lasts, it can be loaded. Raises FileRefused, OSError.

    `processes` is how many share the reading; a short file is read by this one alone. `on_looked` is called at each
    block of that first look.
    """
    stamp = _stamp_of(path)
    count = processes if processes > 1 and stamp[0] > WORTH_PROCESSES else 0
    reader = BlockReader(path, rules.today, rules.allow_never_issued)
    arguments = (path, rules.today, rules.allow_never_issued)
    with CsvFile(path.open("rb")) as csv, Workers(count=count, maker=MAKER, arguments=arguments) as workers:
        digest = hashlib.sha256(repr(csv.header.columns).encode())

        def digested() -> Iterator[Block]:
            for block in csv.blocks():
                on_looked()
                digest.update(csv.read(block))
                yield block

        found = survey(workers.answers(digested()))
        # The content and not only the name: the same name comes back every month with other rows.
        content = digest.hexdigest()
        yield OpenedFile(
            path=path,
            csv=csv,
            survey=found,
            content=content,
            source=source_of(path.name, content),
            reader=reader,
            workers=workers,
            stamp=stamp,
        )


def source_of(name: str, content: str) -> str:
    """What the log calls an import of the file with this name and content."""
    return f"import of {name[:60]} {source_ending(content)}"


def source_ending(content: str) -> str:
    """How that ends, whatever the file was called."""
    return f"({content[:12]})"


def preview(
    *, file: OpenedFile, on_rejected: Callable[[Rejected], None], on_progress: Callable[[int], None]
) -> Summary:
    """Say what load would do now. Changes nothing."""
    summary = Summary()
    for prepared in file.workers.answers(_tasks(file, file.csv.blocks())):
        summary.add(prepared)
        for rejected in prepared.rejected:
            on_rejected(rejected)
        on_progress(prepared.read)
    return summary


def load(
    *,
    file: OpenedFile,
    by: str,
    on_rejected: Callable[[Rejected], None],
    on_progress: Callable[[int], None],
    on_resumed: Callable[[int], None],
) -> Summary:
    """Load the file, from the place that an unfinished run over the same content has reached.

    `on_progress` is called with the number of rows just dealt with; `on_resumed` with how many were dealt with before,
    or by another process that loads the same file. Their rejected rows are told all the same. Raises FileRefused.
    """
    start = _Place(file.csv.body, 2)
    run = begin_run(kind=KIND, content=file.content, start=str(start), by=by)
    told, rejected_rows = start, 0
    while told != _Place.of(run.place) or run.ended_at is None:
        place = _Place.of(run.place)
        if told != place:
            on_resumed(run.read)
            if run.rejected > rejected_rows:
                _tell_again(file, told, place, on_rejected)
        told, rejected_rows = place, run.rejected
        try:
            for prepared in _written(file, run, by=by) if run.ended_at is None else ():
                told, rejected_rows = _Place.of(run.place), run.rejected
                for rejected in prepared.rejected:
                    on_rejected(rejected)
                on_progress(prepared.read)
            end_run(run=run, by=by)
        except Elsewhere:
            run.refresh_from_db()
    return Summary.of(run)


class _Place(NamedTuple):
    """Where a run stands in its file, as text in its row."""

    offset: int
    line: int

    def __str__(self) -> str:
        return f"{self.offset}:{self.line}"

    @classmethod
    def of(cls, text: str) -> "_Place":
        offset, _, line = text.partition(":")
        return cls(int(offset), int(line))

    @classmethod
    def after(cls, block: Block) -> "_Place":
        return cls(block.offset + block.size, block.next_line)


def _tasks(file: OpenedFile, blocks: Iterable[Block]) -> Iterator[Task]:
    for block in blocks:
        first, after = block.first_line, block.next_line
        yield Task(block, file.survey.ids.among(first, after), file.survey.ssns.among(first, after))


def _written(file: OpenedFile, run: Run, *, by: str) -> Iterator[Prepared]:
    """Each batch once it is written, from the place of the run on. Raises Elsewhere, FileRefused."""
    offset, line = _Place.of(run.place)
    asked: deque[Task] = deque()

    def tasks() -> Iterator[Task]:
        for task in _tasks(file, file.csv.blocks(offset=offset, first_line=line)):
            asked.append(task)
            yield task

    def write(task: Task, prepared: Prepared, again: Callable[[], Prepared]) -> Prepared:
        file.demand_unchanged()
        until = str(_Place.after(task.block))
        return apply_batch(run=run, until=until, prepared=prepared, again=again, source=file.source, by=by)

    with closing(file.workers.answers(tasks())) as answers:
        # A block that this process prepares itself relies on all that stands before it.
        together = blocks_together() if file.workers.ahead else 1
        while blocks := [(asked.popleft(), prepared) for prepared in islice(answers, together)]:
            if len(blocks) > 1 and not any(prepared.doubtful for _task, prepared in blocks):
                last, _prepared = blocks[-1]
                try:
                    written = write(last, joined([prepared for _task, prepared in blocks]), _one_by_one)
                except _OneByOne:
                    pass
                else:
                    yield written
                    continue
            for task, prepared in blocks:
                yield write(task, prepared, partial(file.reader.prepared, task, lock=True))


class _OneByOne(Exception):
    """One of the blocks that were to be written together met something that had changed."""


def _one_by_one() -> Prepared:
    raise _OneByOne


def _tell_again(
    file: OpenedFile, start: _Place, end: _Place, on_rejected: Callable[[Rejected], None]
) -> None:
    """The rows that were rejected between two places, by another process or before this one began."""
    blocks = file.csv.blocks(offset=start.offset, first_line=start.line)
    before = takewhile(lambda block: block.offset < end.offset, blocks)
    for prepared in file.workers.answers(_tasks(file, before)):
        for rejected in prepared.rejected:
            on_rejected(rejected)
