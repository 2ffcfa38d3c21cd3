"""PURE. A birth date is a day of the calendar from 1900 on, and makes the educator at least 15 years old today."""

from collections.abc import Iterable

from kecs.matching.dates import BirthDateError, BirthDateProblem
from kecs.records.importing.rows import Background, Cells, Problem, birth_date_of

COLUMN = "birth_date"
_FORMATS = "Write it as YYYY-MM-DD or MM/DD/YYYY."
REASONS = {
    BirthDateProblem.UNREADABLE: f"The birth date cannot be read. {_FORMATS}",
    BirthDateProblem.TWO_DIGIT_YEAR: f"The year has two digits. {_FORMATS}",
    BirthDateProblem.NO_SUCH_MONTH: f"There is no such month. {_FORMATS}",
    BirthDateProblem.NO_SUCH_DAY: "There is no such day in the calendar. Check the date.",
    BirthDateProblem.BEFORE_1900: "The birth date is before 1900. Leave the cell blank if it is not known.",
    BirthDateProblem.IN_FUTURE: "The birth date is in the future. Check the year.",
    BirthDateProblem.TOO_YOUNG: "The birth date makes this person younger than 15. Check the year.",
}


def check(cells: Cells, background: Background) -> Iterable[Problem]:
    """One problem when the cell is not blank and not such a date. It never repeats the date."""
    cell = cells.get(COLUMN, "").strip()
    if not cell:
        return
    try:
        birth_date_of(cell, background.today)
    except BirthDateError as refused:
        reason = REASONS.get(refused.code, REASONS[BirthDateProblem.UNREADABLE])
        yield Problem(column=COLUMN, code=f"birth_date_{refused.code.value}", reason=reason)
