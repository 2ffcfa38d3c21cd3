"""PURE. Other names are written First|Last with a semicolon between two of them; either half may be blank."""

from collections.abc import Iterable

from kecs.records.importing.checks.names_are_names import REASONS, problem_with
from kecs.records.importing.rows import Background, Cells, Problem, other_name_halves

COLUMN = "other_names"
HALVES = 2


def check(cells: Cells, _background: Background) -> Iterable[Problem]:
    """The first problem of the cell."""
    for halves in other_name_halves(cells.get(COLUMN, "")):
        if len(halves) != HALVES or not any(halves):
            yield Problem(
                column=COLUMN,
                code="other_names_shape",
                reason="Write each other name as First|Last, with ; between two of them, for example Ann|Lee; |Cole.",
            )
            return
        for half in filter(None, halves):
            code = problem_with(half)
            if code:
                yield Problem(column=COLUMN, code=f"name_{code.value}", reason=REASONS[code])
                return
