"""PURE. What stands in a name column could be typed by its owner in the search: letters and the marks of names."""

from collections.abc import Iterable
from functools import lru_cache

from kecs.matching.names import LONGEST_NAME, NameProblem, NameRefused
from kecs.records.importing.rows import SEEN, Background, Cells, Problem, name_of

COLUMNS = ("first_name", "middle_name", "last_surname")
# Blank is allowed; the others are told by text_is_clean, for every column alike.
TOLD_ELSEWHERE = frozenset(
    {NameProblem.EMPTY, NameProblem.CONTROL_CHARACTER, NameProblem.INVISIBLE_CHARACTER}
)
REASONS = {
    NameProblem.TOO_LONG: f"The name has more than {LONGEST_NAME} characters. Shorten it.",
    NameProblem.DIGIT: "The name has a digit. Names have letters only.",
    NameProblem.SYMBOL: "The name has a symbol. Names have letters, hyphens, apostrophes, dots and spaces.",
    NameProblem.NO_LETTER: "The name has no letter. Leave the cell blank if the name is not known.",
}


@lru_cache(maxsize=SEEN)
def problem_with(name: str) -> NameProblem | None:
    """What is wrong with one name, unless another check tells it."""
    try:
        name_of(name.strip())
    except NameRefused as refused:
        return None if refused.code in TOLD_ELSEWHERE else refused.code
    return None


def check(cells: Cells, _background: Background) -> Iterable[Problem]:
    """A problem for each of the three name columns that holds something else."""
    for column in COLUMNS:
        code = problem_with(cells.get(column, ""))
        if code:
            yield Problem(column=column, code=f"name_{code.value}", reason=REASONS[code])
