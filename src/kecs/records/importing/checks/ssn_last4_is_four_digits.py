"""PURE. The last four of an SSN are four digits, and not 0000, which was never issued."""

from collections.abc import Iterable

from kecs.pii.ssn import Last4, SsnError, SsnProblem
from kecs.records.importing.rows import Background, Cells, Problem

COLUMN = "ssn_last4"
_SHAPE = "The last four are not four digits. Spreadsheets drop zeros in front: format the column as text."
REASONS = {
    SsnProblem.NOT_DIGITS: _SHAPE,
    SsnProblem.WRONG_LENGTH: _SHAPE,
    SsnProblem.NEVER_ISSUED: "No SSN ends in these digits. Leave the cell blank if they are not known.",
}


def check(cells: Cells, _background: Background) -> Iterable[Problem]:
    """One problem when the cell is not blank and not such digits. It never repeats them."""
    cell = cells.get(COLUMN, "").strip()
    if not cell:
        return
    try:
        Last4.parse(cell)
    except SsnError as refused:
        # A lone hyphen is empty to the parser, and not digits to whoever reads the report.
        problem = SsnProblem.NOT_DIGITS if refused.code is SsnProblem.EMPTY else refused.code
        reason = REASONS[problem]
        yield Problem(column=COLUMN, code=f"ssn_last4_{problem.value}", reason=reason)
