"""PURE. Whether a person has died is said in one of two words, or not at all."""

from collections.abc import Iterable

from kecs.records.importing.rows import Background, Cells, Problem

COLUMN = "deceased"


def check(cells: Cells, _background: Background) -> Iterable[Problem]:
    """One problem when the cell holds anything but true, false or nothing."""
    if cells.get(COLUMN, "").strip().casefold() not in {"", "true", "false"}:
        yield Problem(
            column=COLUMN, code="deceased_word", reason="Write true or false, or leave the cell blank."
        )
