"""PURE. No cell hides or turns around what a clerk reads: no control, bidirectional or invisible characters."""

from collections.abc import Iterable

from kecs.matching.names import unsafe_character
from kecs.records.importing.rows import Background, Cells, Problem


def check(cells: Cells, _background: Background) -> Iterable[Problem]:
    """A problem for each cell that has such a character; spaces of any width around a value are let pass."""
    for column, cell in cells.items():
        if cell.isascii() and cell.isprintable():
            continue
        if any(map(unsafe_character, cell.strip())):
            yield Problem(
                column=column,
                code="unsafe_character",
                reason="The cell has a control or invisible character. Type the value again.",
            )
