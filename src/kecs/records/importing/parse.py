"""PURE. Read a CSV file line by line; promises a row or a stated problem for every line, whatever the bytes.

Called by the import command. No cell of a record may hold a line break, so each line stands for itself: an
unclosed quote spoils one line and never swallows the rest of the file.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO, Self

from kecs.records.importing.rows import Cells, Problem

COLUMNS = (
    "staff_unique_id",
    "first_name",
    "middle_name",
    "last_surname",
    "generation_code_suffix",
    "other_names",
    "birth_date",
    "ssn",
    "ssn_last4",
    "email",
    "deceased",
)
REQUIRED_COLUMNS = ("staff_unique_id",)
LONGEST_LINE = 65_536


class FileProblem(StrEnum):
    """Why a whole file is refused before any row is looked at."""

    EMPTY = "empty"
    NOT_UTF8 = "not_utf8"
    WRONG_SEPARATOR = "wrong_separator"
    UNREADABLE_HEADER = "unreadable_header"
    MISSING_COLUMN = "missing_column"
    REPEATED_COLUMN = "repeated_column"


_SENTENCES = {
    FileProblem.EMPTY: "The file is empty. Its first line must name the columns.",
    FileProblem.NOT_UTF8: "The file is not in UTF-8. Save it as “CSV UTF-8” and try again.",
    FileProblem.WRONG_SEPARATOR: "The columns are not separated by commas. Save the file as comma-separated CSV.",
    FileProblem.UNREADABLE_HEADER: "The first line cannot be read as CSV. Look for a quote that is not closed.",
    FileProblem.MISSING_COLUMN: "The first line must name this column",
    FileProblem.REPEATED_COLUMN: "The first line names this column twice",
}


class FileRefused(Exception):
    """The file cannot be read as records. The message is a sentence for the person who sent it."""

    def __init__(self, code: FileProblem, *, column: str = "") -> None:
        sentence = _SENTENCES[code]
        super().__init__(f"{sentence}: {column}." if column else sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The columns of the file in its order; unknown ones are kept apart to be reported."""

    columns: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line after the header, numbered as an editor numbers it: its cells, or the problem with it."""

    number: int
    cells: Cells = field(default_factory=dict, repr=False)
    problem: Problem | None = None


class CsvFile:
    """A CSV file opened for one pass; closes the stream it was given. Raises FileRefused if the header is no use."""

    def __init__(self, stream: BinaryIO) -> None:
        # Bytes that are not UTF-8 become lone surrogates, so that one bad name spoils one line. utf-8-sig drops
        # the mark that spreadsheets write in front; newline=None understands every kind of line end.
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline=None)
        try:
            self.header = _header_of(self._text.readline(LONGEST_LINE))
        except FileRefused:
            self._text.close()
            raise

    def __enter__(self) -> Self:
        """For `with CsvFile(path.open("rb")) as csv_file`."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the file."""
        self._text.close()

    def lines(self) -> Iterator[Line]:
        """Every line after the header that is not blank."""
        number = 1
        while text := self._text.readline(LONGEST_LINE):
            number += 1
            if not text.endswith("\n") and len(text) == LONGEST_LINE:
                self._skip_to_line_end()
                yield _spoilt(
                    number, "line_too_long", "The line is too long to be a record. Look for a lost line end."
                )
            elif text.strip(" \t\n,"):
                yield self._line(number, text)

    def _skip_to_line_end(self) -> None:
        while (rest := self._text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
            pass

    def _line(self, number: int, text: str) -> Line:
        if not _is_utf8(text):
            return _spoilt(
                number,
                "not_utf8",
                "The line has letters that are not in UTF-8. Save the file as “CSV UTF-8”.",
            )
        try:
            cells = _cells_of(text)
        except csv.Error:
            return _spoilt(
                number,
                "unreadable_line",
                "The line cannot be read as CSV. Look for a quote that is not closed.",
            )
        columns = self.header.columns
        # Spreadsheets leave empty cells at the end.
        while len(cells) > len(columns) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(columns):
            return _spoilt(
                number,
                "wrong_number_of_cells",
                f"The line has {len(cells)} cells and the first line names {len(columns)} columns. "
                "Look for a comma that needs quotes around its cell.",
            )
        known = {column: cell for column, cell in zip(columns, cells, strict=True) if column in COLUMNS}
        return Line(number=number, cells=known)


def _header_of(text: str) -> Header:
    if not text.strip():
        raise FileRefused(FileProblem.EMPTY)
    # UTF-16 shows as NUL after each letter; a header has no business with either.
    if not _is_utf8(text) or "\x00" in text:
        raise FileRefused(FileProblem.NOT_UTF8)
    try:
        names = [name.strip().casefold() for name in _cells_of(text)]
    except csv.Error:
        raise FileRefused(FileProblem.UNREADABLE_HEADER) from None
    if len(names) == 1 and any(separator in names[0] for separator in ";\t|"):
        raise FileRefused(FileProblem.WRONG_SEPARATOR)
    while names and not names[-1]:
        names.pop()
    for column in REQUIRED_COLUMNS:
        if column not in names:
            raise FileRefused(FileProblem.MISSING_COLUMN, column=column)
    for column in COLUMNS:
        if names.count(column) > 1:
            raise FileRefused(FileProblem.REPEATED_COLUMN, column=column)
    return Header(columns=tuple(names), unknown=tuple(name for name in names if name not in COLUMNS))


def _cells_of(text: str) -> list[str]:
    return next(csv.reader([text.rstrip("\n")], strict=True), [])


def _is_utf8(text: str) -> bool:
    # Only surrogateescape makes these, one for each byte that is not UTF-8.
    return not any("\udc80" <= char <= "\udcff" for char in text) if not text.isascii() else True


def _spoilt(number: int, code: str, reason: str) -> Line:
    return Line(number=number, problem=Problem(column="", code=code, reason=reason))
