"""Read a birth date as people type or paste it; promises a plausible date or a code saying what is wrong.

Called by the registration forms and by the import of records. The month comes first, as the state's
guide asks; the one other order understood is ISO 8601 with its four-digit year in front, which cannot be
mistaken for anything else.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum

MONTHS = 12
EARLIEST_YEAR = 1900
YOUNGEST_AGE = 15
OLDEST_AGE = 120

# Longer than any way of writing a date; keeps the patterns away from pasted documents.
_LONGEST_TEXT = 40

_SLASHES = "\u2044\u2215\\"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"
_PLAIN_SEPARATORS = str.maketrans({**dict.fromkeys(_SLASHES, "/"), **dict.fromkeys(_HYPHENS, "-")})

_SEPARATOR = r"(?:\s*[/.\-]\s*|\s+)"
_MONTH_FIRST = re.compile(rf"(\d{{1,2}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{4}})")
_SHORT_YEAR = re.compile(rf"\d{{1,2}}{_SEPARATOR}\d{{1,2}}{_SEPARATOR}\d{{2}}")
_YEAR_FIRST = re.compile(rf"(\d{{4}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{1,2}})")
_EIGHT_DIGITS = re.compile(r"(\d\d)(\d\d)(\d{4})")
_EIGHT_DIGITS_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_SIX_DIGITS = re.compile(r"\d{6}")


class BirthDateProblem(StrEnum):
    """Why a typed birth date was refused; the forms hold one sentence for each."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    TWO_DIGIT_YEAR = "two_digit_year"
    NO_SUCH_MONTH = "no_such_month"
    NO_SUCH_DAY = "no_such_day"
    BEFORE_1900 = "before_1900"
    IN_FUTURE = "in_future"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"


class BirthDateError(ValueError):
    """A birth date that cannot be used. Carries a code and never what was typed."""

    def __init__(self, code: BirthDateProblem) -> None:
        super().__init__(code.value)
        self.code = code


def parse_birth_date(text: str, *, today: date) -> date:
    """The date meant by `text`; raises BirthDateError. `today` decides what is future, too young, too old."""
    born = read_birth_date(text, today=today)
    if age_on(today, born=born) > OLDEST_AGE:
        raise BirthDateError(BirthDateProblem.TOO_OLD)
    return born


def read_birth_date(text: str, *, today: date) -> date:
    """The same without an upper age, for records of people who may have died long ago."""
    year, month, day = _year_month_day(_plain(text))
    if not 1 <= month <= MONTHS:
        raise BirthDateError(BirthDateProblem.NO_SUCH_MONTH)
    if year < EARLIEST_YEAR:
        raise BirthDateError(BirthDateProblem.BEFORE_1900)
    try:
        born = date(year, month, day)
    except ValueError:
        # "from None": the message of datetime could repeat what was typed.
        raise BirthDateError(BirthDateProblem.NO_SUCH_DAY) from None
    if born > today:
        raise BirthDateError(BirthDateProblem.IN_FUTURE)
    if age_on(today, born=born) < YOUNGEST_AGE:
        raise BirthDateError(BirthDateProblem.TOO_YOUNG)
    return born


def age_on(today: date, *, born: date) -> int:
    """Completed years of life on `today`; someone born on 29 February has her birthday on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _plain(text: str) -> str:
    """Full-width digits, exotic dashes and the invisible marks that come with pasted dates, made plain."""
    if len(text) > _LONGEST_TEXT:
        raise BirthDateError(BirthDateProblem.UNREADABLE)
    normal = unicodedata.normalize("NFKC", text).translate(_PLAIN_SEPARATORS)
    plain = "".join(char for char in normal if unicodedata.category(char) != "Cf").strip()
    if not plain:
        raise BirthDateError(BirthDateProblem.EMPTY)
    return plain


def _year_month_day(plain: str) -> tuple[int, int, int]:
    compact = re.sub(r"\s+", "", plain)
    # No month is 19 or 20, so eight digits that begin so can only be a year in front.
    for year_first in (_YEAR_FIRST.fullmatch(plain), _EIGHT_DIGITS_YEAR_FIRST.fullmatch(compact)):
        if year_first:
            year, month, day = map(int, year_first.groups())
            return year, month, day
    for month_first in (_MONTH_FIRST.fullmatch(plain), _EIGHT_DIGITS.fullmatch(compact)):
        if month_first:
            month, day, year = map(int, month_first.groups())
            return year, month, day
    if _SHORT_YEAR.fullmatch(plain) or _SIX_DIGITS.fullmatch(compact):
        raise BirthDateError(BirthDateProblem.TWO_DIGIT_YEAR)
    raise BirthDateError(BirthDateProblem.UNREADABLE)
