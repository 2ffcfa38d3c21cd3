"""Take a CSV file through survey, checks, plan and apply; the import command and the console call this.

Rows that fail a check, or that what is on file forbids, are handed to `on_rejected` one by one and counted; all
others are loaded in batches, so memory does not grow with what is loaded.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kecs.records.importing.apply import BATCH, BatchResult, NumberedRow, Rejected, apply_rows, preview_rows
from kecs.records.importing.checks import problems_of
from kecs.records.importing.parse import CsvFile, Header
from kecs.records.importing.rows import Background, row_of
from kecs.records.importing.survey import Survey, survey


@dataclass(slots=True, kw_only=True)
class Summary:
    """What a run did, or in a dry run would do."""

    read: int = 0
    created: int = 0
    updated: int = 0
    same: int = 0
    rejected: int = 0
    problems: Counter[str] = field(default_factory=Counter)  # by code; one row may have several

    def add(self, result: BatchResult) -> None:
        """Count one batch."""
        self.created += result.created
        self.updated += result.updated
        self.same += result.same
        self.rejected += len(result.rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """A file that has been looked through once: it can be read, and this is how much there is."""

    path: Path
    header: Header
    survey: Survey
    source: str


def open_file(path: Path) -> OpenedFile:
    """Look through the whole file once. Raises FileRefused, OSError."""
    with path.open("rb") as stream:
        # The content and not only the name: the same name comes back every month with other rows.
        content = hashlib.file_digest(stream, "sha256").hexdigest()[:12]
    with CsvFile(path.open("rb")) as csv_file:
        found = survey(csv_file.lines())
    return OpenedFile(
        path=path, header=csv_file.header, survey=found, source=f"import of {path.name[:60]} ({content})"
    )


def load(
    *,
    file: OpenedFile,
    write: bool,
    by: str,
    today: date,
    allow_never_issued: bool,
    on_rejected: Callable[[Rejected], None],
    on_progress: Callable[[int], None],
) -> Summary:
    """Read the file again and load it, or with `write=False` only say what would be loaded.

    `on_progress` is called with the number of rows just dealt with.
    """
    background = Background(
        today=today,
        allow_never_issued=allow_never_issued,
        lines_by_repeated_id=file.survey.lines_by_repeated_id,
        lines_by_repeated_ssn=file.survey.lines_by_repeated_ssn,
    )
    summary = Summary()

    def reject(rejected: Rejected) -> None:
        summary.problems[rejected.problem.code] += 1
        on_rejected(rejected)

    def finish(batch: list[NumberedRow]) -> None:
        result = apply_rows(rows=batch, source=file.source, by=by) if write else preview_rows(batch)
        summary.add(result)
        for rejected in result.rejected:
            reject(rejected)

    with CsvFile(file.path.open("rb")) as csv_file:
        batch: list[NumberedRow] = []
        for line in csv_file.lines():
            summary.read += 1
            problems = [line.problem] if line.problem else problems_of(line.cells, background)
            if problems:
                summary.rejected += 1
                staff_unique_id = line.cells.get("staff_unique_id", "").strip()
                for problem in problems:
                    reject(Rejected(line=line.number, staff_unique_id=staff_unique_id, problem=problem))
            else:
                batch.append(NumberedRow(line=line.number, row=row_of(line.cells, today=today)))
            if len(batch) == BATCH:
                finish(batch)
                batch = []
            if summary.read % BATCH == 0:
                on_progress(BATCH)
        finish(batch)
        on_progress(summary.read % BATCH)
    return summary
