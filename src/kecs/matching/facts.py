"""How well a typed birth date or number agrees with the one on file, and which are one slip of the finger away.

PURE. Called by records' queries, which alone see both values, and by keys. A slip is a wrong digit, two neighbouring
digits exchanged, or the day and the month exchanged.
"""

from datetime import date
from enum import StrEnum


class FactLevel(StrEnum):
    """Best first."""

    EXACT = "exact"
    DAY_MONTH = "day_month"  # the same date, written the other way round
    TRANSPOSED = "transposed"  # two neighbouring digits exchanged
    ONE_DIGIT = "one_digit"  # one digit is another
    LAST4_ONLY = "last4_only"  # of two full SSNs, the last four agree
    ABSENT = "absent"  # not on file
    DIFFERS = "differs"


SSN_DIGITS = 9
_EARLIEST_YEAR, _LATEST_YEAR = 1901, 2100


def compare_birth_dates(typed: date, on_file: date | None) -> FactLevel:
    """The level of a typed birth date."""
    if on_file is None:
        return FactLevel.ABSENT
    if typed == on_file:
        return FactLevel.EXACT
    if (typed.year, typed.month, typed.day) == (on_file.year, on_file.day, on_file.month):
        return FactLevel.DAY_MONTH
    return _slip(f"{typed:%Y%m%d}", f"{on_file:%Y%m%d}") or FactLevel.DIFFERS


def compare_last4(typed: str, on_file: str | None) -> FactLevel:
    """The level of the last four digits."""
    if not on_file:
        return FactLevel.ABSENT
    return FactLevel.EXACT if typed == on_file else _slip(typed, on_file) or FactLevel.DIFFERS


def compare_ssns(typed: str | None, on_file: str | None) -> FactLevel:
    """The level of a full SSN; ABSENT unless both sides have all nine digits."""
    if typed is None or on_file is None or len(typed) != SSN_DIGITS or len(on_file) != SSN_DIGITS:
        return FactLevel.ABSENT
    if typed == on_file:
        return FactLevel.EXACT
    last4_agrees = typed[-4:] == on_file[-4:]
    return _slip(typed, on_file) or (FactLevel.LAST4_ONLY if last4_agrees else FactLevel.DIFFERS)


def _slip(one: str, other: str) -> FactLevel | None:
    """Which single slip makes one number the other; both have the same length."""
    places = [place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    if len(places) == 1:
        return FactLevel.ONE_DIGIT
    if len(places) == 2:
        left, right = places
        if right == left + 1 and (one[left], one[right]) == (other[right], other[left]):
            return FactLevel.TRANSPOSED
    return None


def digits_one_slip_away(digits: str) -> list[str]:
    """Every other number that one wrong digit or one exchange of neighbours makes of this one, sorted."""
    found = {
        digits[:place] + digit + digits[place + 1 :] for place in range(len(digits)) for digit in "0123456789"
    }
    for place in range(len(digits) - 1):
        found.add(digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :])
    return sorted(found - {digits})


def birth_dates_one_slip_away(birth_date: date) -> list[date]:
    """Every other possible date of birth that one slip makes of this one, sorted."""
    written = [*digits_one_slip_away(f"{birth_date:%Y%m%d}"), f"{birth_date:%Y%d%m}"]
    found = {made for digits in written if (made := _date(digits)) is not None}
    return sorted(found - {birth_date})


def _date(digits: str) -> date | None:
    year = int(digits[:4])
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        return None
    try:
        return date(year, int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
