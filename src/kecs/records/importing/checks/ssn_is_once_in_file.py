"""PURE. One SSN belongs to one person; rows that share one are not loaded, for nobody can say whose it is."""

from collections.abc import Iterable

from kecs.pii.ssn import SsnError
from kecs.records.importing.rows import Background, Cells, Problem, on_lines, ssn_of

COLUMN = "ssn"


def check(cells: Cells, background: Background) -> Iterable[Problem]:
    """One problem, naming the lines, when the SSN stands in several rows. It never repeats the digits."""
    cell = cells.get(COLUMN, "").strip()
    if not cell or not background.lines_by_repeated_ssn:
        return
    try:
        digits = ssn_of(cell).digits
    except SsnError:
        return
    lines = background.lines_by_repeated_ssn.get(int(digits))
    if lines:
        yield Problem(
            column=COLUMN,
            code="ssn_repeated",
            reason=f"The same SSN is {on_lines(lines)}. Find out whose it is.",
        )
