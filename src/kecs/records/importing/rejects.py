"""PURE. The report of rejected rows as CSV that a spreadsheet opens without running anything; the command writes it."""

import csv
from typing import TextIO

from kecs.records.importing.rows import Problem
from kecs.records.spreadsheets import printable, safe_cell

COLUMNS = ("line", "staff_unique_id", "column", "code", "reason")


class RejectsReport:
    """Writes one line per problem to an open text file."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(COLUMNS)

    def add(self, *, line: int, staff_unique_id: str, problem: Problem) -> None:
        """One problem of one row."""
        cells = (staff_unique_id, problem.column, problem.code, problem.reason)
        self._writer.writerow((line, *(safe_cell(printable(cell, 200)) for cell in cells)))
