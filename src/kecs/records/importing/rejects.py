"""PURE. The report of rejected rows as CSV that a spreadsheet opens without running anything; the command writes it."""

import csv
from typing import TextIO

from kecs.records.importing.rows import Problem

COLUMNS = ("line", "staff_unique_id", "column", "code", "reason")

# What spreadsheets take for the start of a formula, full-width forms included (OWASP ASVS 1.2.10).
_FORMULA_STARTS = tuple("=+-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20")


def safe_cell(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


class RejectsReport:
    """Writes one line per problem to an open text file."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(COLUMNS)

    def add(self, *, line: int, staff_unique_id: str, problem: Problem) -> None:
        """One problem of one row."""
        cells = (staff_unique_id, problem.column, problem.code, problem.reason)
        self._writer.writerow((line, *(safe_cell(_printable(cell)) for cell in cells)))


def _printable(text: str) -> str:
    """An unusable id is reported too, with whatever bytes it has made harmless."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)[:200]
