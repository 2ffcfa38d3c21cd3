"""PURE. CSV that a spreadsheet opens without running anything in it; the report of rejected rows and the exports are written with this."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

# What spreadsheets take for the start of a formula, full-width forms included (OWASP ASVS 1.2.10).
_FORMULA_STARTS = tuple("=+-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20")
# The same behind a sign that a spreadsheet with other settings takes for the border of two cells: whoever opens the file
# with semicolons or tabs for commas sees other cells than we wrote.
_AFTER_BORDER = re.compile("([;,\t|][\\s\"']*)([=+\\-@\uff1d\uff0b\uff0d\uff20])")
_LONGEST = 1000
BOM = "\ufeff"  # without it, a spreadsheet reads the accents of UTF-8 as two letters each


def safe_cell(text: str) -> str:
    """The text with an apostrophe in front of whatever a spreadsheet would run."""
    kept = _AFTER_BORDER.sub(r"\1'\2", text)
    # Spaces in front keep some programs from seeing a formula and others not.
    return (
        f"'{kept}" if kept.startswith(_FORMULA_STARTS) or kept.lstrip().startswith(_FORMULA_STARTS) else kept
    )


def printable(text: str, longest: int = _LONGEST) -> str:
    """The text without what is no letter, sign or space: line ends, tabs, NUL, marks that hide or reorder."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)[:longest]


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """RFC 4180 with every cell quoted and safe, in UTF-8 with a mark in front; a piece for the header and for each row."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    written.write(BOM)
    writer.writerow(header)
    yield _taken(written)
    for row in rows:
        writer.writerow([safe_cell(printable(cell)) for cell in row])
        yield _taken(written)


def _taken(written: io.StringIO) -> bytes:
    taken = written.getvalue().encode()
    written.seek(0)
    written.truncate()
    return taken
