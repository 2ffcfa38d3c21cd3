"""PURE. Every row names its record."""

from collections.abc import Iterable

from kecs.records.importing.rows import Background, Cells, Problem

COLUMN = "staff_unique_id"


def check(cells: Cells, _background: Background) -> Iterable[Problem]:
    """One problem when the cell is blank."""
    if not cells.get(COLUMN, "").strip():
        yield Problem(
            column=COLUMN, code="id_missing", reason="The row has no staff_unique_id. Every row needs one."
        )
