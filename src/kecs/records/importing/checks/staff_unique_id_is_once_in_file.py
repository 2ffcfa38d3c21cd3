"""PURE. Two rows for one id contradict each other; neither is loaded, for nobody can say which is right."""

from collections.abc import Iterable

from kecs.records.importing.rows import Background, Cells, Problem, on_lines
from kecs.records.importing.survey import fingerprint

COLUMN = "staff_unique_id"


def check(cells: Cells, background: Background) -> Iterable[Problem]:
    """One problem, naming the lines, when the id stands in several rows."""
    if not background.lines_by_repeated_id:
        return
    lines = background.lines_by_repeated_id.get(fingerprint(cells.get(COLUMN, "").strip()))
    if lines:
        yield Problem(
            column=COLUMN,
            code="id_repeated",
            reason=f"This staff_unique_id is {on_lines(lines)}. Keep one of them.",
        )
