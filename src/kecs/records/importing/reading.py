"""What a worker process does for load: the lines of a block looked through for the survey, or checked, planned and packed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from kecs.records.importing.checks import problems_of
from kecs.records.importing.parse import Block, CsvFile, Line, lines_of, read_block
from kecs.records.importing.prepare import NumberedRow, Prepared, Rejected, prepare_rows
from kecs.records.importing.rows import Background, Lines, row_of
from kecs.records.importing.survey import Looked, look


class Task(NamedTuple):
    """A block to make ready, and what of it stands elsewhere in the file as well."""

    block: Block
    repeated_ids: dict[int, Lines]
    repeated_ssns: dict[int, Lines]


class BlockReader:
    """Answers a Block with what the survey wants to know of it, and a Task with what will become of its rows."""

    def __init__(self, path: Path, today: date, allow_never_issued: bool) -> None:
        self._path = path
        with CsvFile(path.open("rb")) as csv:
            self._columns = csv.header.columns
        self._today = today
        self._allow_never_issued = allow_never_issued

    def __call__(self, task: Block | Task) -> Looked | Prepared:
        """What a worker does."""
        return self.looked(task) if isinstance(task, Block) else self.prepared(task)

    def looked(self, block: Block) -> Looked:
        """See the survey."""
        return look(self._lines(block))

    def _lines(self, block: Block) -> Iterator[Line]:
        with self._path.open("rb") as stream:
            content = read_block(stream, block)
        return lines_of(content, columns=self._columns, first_line=block.first_line)

    def prepared(self, task: Task, *, lock: bool = False) -> Prepared:
        """The rows of the block checked, planned and packed."""
        background = Background(
            today=self._today,
            allow_never_issued=self._allow_never_issued,
            lines_by_repeated_id=task.repeated_ids,
            lines_by_repeated_ssn=task.repeated_ssns,
        )
        good: list[NumberedRow] = []
        rejected: list[Rejected] = []
        read = 0
        for line in self._lines(task.block):
            read += 1
            problems = [line.problem] if line.problem else problems_of(line.cells, background)
            if problems:
                staff_unique_id = line.cells.get("staff_unique_id", "").strip()
                rejected += [
                    Rejected(line=line.number, staff_unique_id=staff_unique_id, problem=problem)
                    for problem in problems
                ]
            else:
                good.append(NumberedRow(line=line.number, row=row_of(line.cells, today=self._today)))
        return prepare_rows(good, lock=lock, read=read, rejected=rejected)


MAKER = f"{__name__}.{BlockReader.__name__}"
