"""PURE. A full SSN has nine digits and could have been issued; the areas 900 to 999 pass where the settings allow."""

from collections.abc import Iterable

from kecs.pii.ssn import SsnError, SsnProblem
from kecs.records.importing.rows import Background, Cells, Problem, ssn_of

COLUMN = "ssn"
REASONS = {
    SsnProblem.NOT_DIGITS: "The SSN has signs other than digits and hyphens.",
    SsnProblem.WRONG_LENGTH: "The SSN does not have nine digits. Spreadsheets drop zeros in front: format the "
    "column as text. Where only the last four are known, use the column ssn_last4.",
    SsnProblem.NEVER_ISSUED: "This number was never issued as an SSN. Leave the cell blank if it is not known.",
}


def check(cells: Cells, background: Background) -> Iterable[Problem]:
    """One problem when the cell is not blank and not such a number. It never repeats the digits."""
    cell = cells.get(COLUMN, "").strip()
    if not cell:
        return
    try:
        ssn_of(cell, allow_never_issued=background.allow_never_issued)
    except SsnError as refused:
        # A lone hyphen is empty to the parser, and not digits to whoever reads the report.
        problem = SsnProblem.NOT_DIGITS if refused.code is SsnProblem.EMPTY else refused.code
        reason = REASONS[problem]
        yield Problem(column=COLUMN, code=f"ssn_{problem.value}", reason=reason)
