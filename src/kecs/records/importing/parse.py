"""PURE. Read a CSV file line by line; promises a row or a stated problem for every line, whatever the bytes.

No cell of a record may hold a line break, so each line stands for itself: an unclosed quote spoils one line and never
swallows the rest of the file, and a file can be cut into blocks of lines that different processes read.
"""

import csv
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
BATCH = 2_000  # lines of a block, and so rows of a transaction
_PIECE = 256 * 1024  # bytes; a line that is longer has more letters than LONGEST_LINE
_BOM = b"\xef\xbb\xbf"


class FileProblem(StrEnum):
    """Why a whole file is refused before any row is looked at."""

    EMPTY = "empty"
    NOT_UTF8 = "not_utf8"
    WRONG_SEPARATOR = "wrong_separator"
    UNREADABLE_HEADER = "unreadable_header"
    MISSING_COLUMN = "missing_column"
    REPEATED_COLUMN = "repeated_column"
    CHANGED = "changed"


_SENTENCES = {
    FileProblem.EMPTY: "The file is empty. Its first line must name the columns.",
    FileProblem.NOT_UTF8: "The file is not in UTF-8. Save it as “CSV UTF-8” and try again.",
    FileProblem.WRONG_SEPARATOR: "The columns are not separated by commas. Save the file as comma-separated CSV.",
    FileProblem.UNREADABLE_HEADER: "The first line cannot be read as CSV. Look for a quote that is not closed.",
    FileProblem.MISSING_COLUMN: "The first line must name this column",
    FileProblem.REPEATED_COLUMN: "The first line names this column twice",
    FileProblem.CHANGED: "The file was changed while it was loaded. Run the same command again.",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Whole lines of a file: where they begin, how many bytes they are, what number the first line has."""

    offset: int
    size: int
    first_line: int
    lines: int

    @property
    def next_line(self) -> int:
        """The number of the line after it."""
        return self.first_line + self.lines


class CsvFile:
    """A CSV file opened for reading; closes the stream it was given. Raises FileRefused if the header is no use."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        try:
            head = next(self._blocks(0, 1, most_lines=1), None)
            # The mark that spreadsheets write in front is no part of the first column's name.
            content = self.read(head).removeprefix(_BOM) if head else b""
            self.header = _header_of(content.decode("utf-8", "surrogateescape")[:LONGEST_LINE])
        except FileRefused:
            stream.close()
            raise
        self.body = head.size if head else 0

    def __enter__(self) -> Self:
        """For `with CsvFile(path.open("rb")) as csv_file`."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the file."""
        self._stream.close()

    def blocks(self, *, offset: int = 0, first_line: int = 2) -> Iterator[Block]:
        """The lines after the header in blocks, or those from `offset` on, where line `first_line` begins."""
        yield from self._blocks(offset or self.body, first_line, most_lines=BATCH)

    def read(self, block: Block) -> bytes:
        """The bytes of a block, with one kind of line end."""
        return read_block(self._stream, block)

    def lines(self) -> Iterator[Line]:
        """Every line after the header that is not blank."""
        for block in self.blocks():
            yield from lines_of(self.read(block), columns=self.header.columns, first_line=block.first_line)

    def _blocks(self, offset: int, first_line: int, *, most_lines: int) -> Iterator[Block]:
        while True:
            self._stream.seek(offset)
            piece = self._stream.read(_PIECE)
            if not piece:
                return
            size, lines = _whole_lines(piece, most_lines)
            if not size:  # one line, longer than any record
                size, lines = self._to_line_end(piece), 1
            yield Block(offset=offset, size=size, first_line=first_line, lines=lines)
            offset, first_line = offset + size, first_line + lines

    def _to_line_end(self, piece: bytes) -> int:
        """How long the line is that begins with this piece and is no shorter."""
        size = 0
        while piece:
            ends = [found for end in (b"\n", b"\r") if (found := piece.find(end)) >= 0]
            if ends:
                end = min(ends)
                following = piece[end + 1 : end + 2] or self._stream.read(1)
                return size + end + 1 + (piece[end : end + 1] + following == b"\r\n")
            size += len(piece)
            piece = self._stream.read(_PIECE)
        return size


def _whole_lines(piece: bytes, most_lines: int) -> tuple[int, int]:
    """The bytes and the number of the lines that end in the piece; (0, 0) where none does."""
    if b"\r" in piece:
        return _whole_lines_of_any_end(piece, most_lines)
    if len(piece) < _PIECE:  # the file ends here, with or without a line end
        parts = piece.split(b"\n", most_lines)
        if len(parts) <= most_lines:
            return len(piece), len(parts) - (not parts[-1])
        return len(piece) - len(parts[-1]), most_lines
    parts = piece.split(b"\n", most_lines)
    return (len(piece) - len(parts[-1]), len(parts) - 1) if len(parts) > 1 else (0, 0)


def _whole_lines_of_any_end(piece: bytes, most_lines: int) -> tuple[int, int]:
    at_end = len(piece) < _PIECE
    lines = piece.splitlines(keepends=True)  # of bytes: "\n", "\r" and "\r\n" only
    if not at_end:
        lines.pop()  # cut short, or ended by a "\r" whose "\n" is still to come
    chosen = lines[:most_lines]
    return sum(map(len, chosen)), len(chosen)


def read_block(stream: BinaryIO, block: Block) -> bytes:
    """The bytes of a block, with one kind of line end; of a line too long for a record, the beginning."""
    stream.seek(block.offset)
    content = stream.read(min(block.size, _PIECE))
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in content else content


def lines_of(content: bytes, *, columns: tuple[str, ...], first_line: int) -> Iterator[Line]:
    """The lines of a block that are not blank."""
    try:
        text, sound = content.decode("utf-8"), True
    except UnicodeDecodeError:
        # Bytes that are not UTF-8 become lone surrogates, so that one bad name spoils one line.
        text, sound = content.decode("utf-8", "surrogateescape"), False
    known = columns if set(columns) <= set(COLUMNS) else None
    for number, line in enumerate(text.split("\n"), first_line):
        if len(line) >= LONGEST_LINE:
            yield _spoilt(
                number, "line_too_long", "The line is too long to be a record. Look for a lost line end."
            )
        elif not line or not line.strip(" \t,"):
            continue
        elif not sound and not _is_utf8(line):
            yield _spoilt(
                number,
                "not_utf8",
                "The line has letters that are not in UTF-8. Save the file as “CSV UTF-8”.",
            )
        else:
            yield _line(number, line, columns, known)


def _line(number: int, text: str, columns: tuple[str, ...], known: tuple[str, ...] | None) -> Line:
    try:
        # Without a quote there is nothing to interpret.
        cells = _cells_of(text) if '"' in text else text.split(",")
    except csv.Error:
        return _spoilt(
            number, "unreadable_line", "The line cannot be read as CSV. Look for a quote that is not closed."
        )
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
    by_column = dict(zip(columns, cells, strict=True))
    if known is None:
        by_column = {column: cell for column, cell in by_column.items() if column in COLUMNS}
    return Line(number=number, cells=by_column)


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
