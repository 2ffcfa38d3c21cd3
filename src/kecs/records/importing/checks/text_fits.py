"""PURE. No cell is longer than what the record can hold; names are measured by their own check."""

from collections.abc import Iterable

from kecs.records.importing.rows import Background, Cells, Problem

LONGEST = {
    "generation_code_suffix": 10,
    "other_names": 4_000,
    "email": 254,
}


def check(cells: Cells, _background: Background) -> Iterable[Problem]:
    """A problem for each cell that is too long."""
    for column, longest in LONGEST.items():
        if len(cells.get(column, "").strip()) > longest:
            yield Problem(
                column=column,
                code="too_long",
                reason=f"The cell has more than {longest} characters. Shorten it.",
            )
