"""How far dates and numbers agree, and what is one slip away."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.facts import (
    FactLevel,
    birth_dates_one_slip_away,
    compare_birth_dates,
    compare_last4,
    compare_ssns,
    digits_one_slip_away,
)

DATES = st.dates(min_value=date(1901, 1, 1), max_value=date(2100, 12, 31))
LAST4 = st.from_regex(r"[0-9]{4}", fullmatch=True)
SSNS = st.from_regex(r"9[0-9]{8}", fullmatch=True)
SLIPS = {FactLevel.DAY_MONTH, FactLevel.TRANSPOSED, FactLevel.ONE_DIGIT}


@pytest.mark.parametrize(
    ("on_file", "level"),
    [
        (date(1985, 3, 4), "exact"),
        (None, "absent"),
        (date(1985, 4, 3), "day_month"),
        (date(1986, 4, 3), "differs"),
        (date(1985, 4, 4), "one_digit"),
        (date(1985, 3, 14), "one_digit"),
        (date(1975, 3, 4), "one_digit"),
        (date(1958, 3, 4), "transposed"),
        (date(1895, 3, 4), "transposed"),
        (date(1589, 3, 4), "differs"),
        (date(1985, 4, 13), "differs"),
        (date(1995, 3, 14), "differs"),
        (date(1984, 3, 5), "differs"),
        (date(1970, 12, 31), "differs"),
    ],
)
def test_the_fourth_of_march_1985_against_a_birth_date_on_file(on_file: date | None, level: str) -> None:
    assert compare_birth_dates(date(1985, 3, 4), on_file) == FactLevel(level)


def test_transposed_digits_are_neighbours_that_changed_places() -> None:
    assert compare_birth_dates(date(1985, 1, 20), date(1985, 1, 2)) is FactLevel.TRANSPOSED
    assert compare_birth_dates(date(1985, 10, 2), date(1985, 1, 2)) is FactLevel.TRANSPOSED
    # The last digit of the month with the first of the day.
    assert compare_birth_dates(date(1985, 10, 12), date(1985, 11, 2)) is FactLevel.TRANSPOSED


@pytest.mark.parametrize(
    ("on_file", "level"),
    [
        ("4821", "exact"),
        (None, "absent"),
        ("", "absent"),
        ("4822", "one_digit"),
        ("5821", "one_digit"),
        ("8421", "transposed"),
        ("4281", "transposed"),
        ("4812", "transposed"),
        ("2841", "differs"),
        ("1824", "differs"),
        ("4823", "one_digit"),
        ("4833", "differs"),
        ("4832", "differs"),
        ("8412", "differs"),
        ("0975", "differs"),
    ],
)
def test_4821_against_the_last_four_on_file(on_file: str | None, level: str) -> None:
    assert compare_last4("4821", on_file) == FactLevel(level)


@pytest.mark.parametrize(
    ("on_file", "level"),
    [
        ("900124821", "exact"),
        ("900124822", "one_digit"),
        ("800124821", "one_digit"),
        ("900214821", "transposed"),
        ("900142821", "transposed"),
        ("900774821", "last4_only"),
        ("900554823", "differs"),
        ("911124829", "differs"),
        ("4821", "absent"),
        ("", "absent"),
        (None, "absent"),
        ("9001248210", "absent"),
    ],
)
def test_900_12_4821_against_the_ssn_on_file(on_file: str | None, level: str) -> None:
    assert compare_ssns("900124821", on_file) == FactLevel(level)


@pytest.mark.parametrize("typed", [None, "", "4821", "90012482", "9001248210"])
def test_without_nine_digits_typed_there_is_no_ssn(typed: str | None) -> None:
    assert compare_ssns(typed, "900124821") is FactLevel.ABSENT


def test_numbers_of_two_lengths_are_no_slips_of_each_other() -> None:
    with pytest.raises(ValueError, match="zip"):
        compare_last4("4821", "482")


@given(DATES, DATES)
def test_birth_dates_agree_as_well_both_ways(one: date, other: date) -> None:
    assert compare_birth_dates(one, other) is compare_birth_dates(other, one)


@given(LAST4, LAST4, SSNS, SSNS)
def test_numbers_agree_as_well_both_ways(one: str, other: str, ssn: str, other_ssn: str) -> None:
    assert compare_last4(one, other) is compare_last4(other, one)
    assert compare_ssns(ssn, other_ssn) is compare_ssns(other_ssn, ssn)


@given(st.from_regex(r"[0-9]{1,9}", fullmatch=True))
def test_one_wrong_digit_or_one_exchange_of_neighbours_and_nothing_else(digits: str) -> None:
    away = digits_one_slip_away(digits)
    assert away == sorted(set(away))
    assert digits not in away
    exchanges = {place for place in range(len(digits) - 1) if digits[place] != digits[place + 1]}
    # An exchange of two digits is never one wrong digit: it changes two places.
    assert len(away) == 9 * len(digits) + len(exchanges)
    for other in away:
        places = [place for place in range(len(digits)) if digits[place] != other[place]]
        assert len(other) == len(digits)
        assert len(places) == 1 or (len(places) == 2 and sorted(digits) == sorted(other))


@given(LAST4, st.data())
def test_what_is_one_slip_away_is_named_as_a_slip(last4: str, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from(digits_one_slip_away(last4)))
    assert compare_last4(last4, other) in SLIPS
    assert last4 in digits_one_slip_away(other)


@given(DATES, DATES)
def test_a_birth_date_is_one_slip_away_exactly_where_it_is_named_as_a_slip(one: date, other: date) -> None:
    away = birth_dates_one_slip_away(one)
    assert away == sorted(set(away))
    assert (other in away) == (compare_birth_dates(one, other) in SLIPS)
    assert all(compare_birth_dates(one, found) in SLIPS for found in away)


def test_every_date_that_one_slip_makes_is_found() -> None:
    away = birth_dates_one_slip_away(date(1985, 3, 4))
    every_day = [
        date.fromordinal(day) for day in range(date(1901, 1, 1).toordinal(), date(2101, 1, 1).toordinal())
    ]
    assert away == [day for day in every_day if compare_birth_dates(date(1985, 3, 4), day) in SLIPS]


def test_a_birth_date_that_slipped_out_of_all_reason_is_not_looked_for() -> None:
    def years(born: date) -> set[int]:
        return {found.year for found in birth_dates_one_slip_away(born)}

    assert years(date(2001, 1, 1)) == {2000, *range(2001, 2010), *range(2011, 2092, 10)} | {2010}
    assert 2100 in years(date(2000, 5, 5))
    assert 2101 not in years(date(2001, 5, 5))
    assert 1901 in years(date(1902, 5, 5))
    assert 1900 not in years(date(1902, 5, 5))
