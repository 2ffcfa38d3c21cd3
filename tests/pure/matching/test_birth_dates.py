"""Birth dates as people type and paste them."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.dates import BirthDateError, BirthDateProblem, age_on, parse_birth_date, read_birth_date

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "1/2/1980", "01/02/1980", "1/02/1980", "01-02-1980", "1-2-1980",
        "01.02.1980", "01 02 1980", "1 2 1980",
        "01021980", "1980-01-02", "1980/1/2", "1980.01.02", "19800102", " 01/02/1980 ", "01 / 02 / 1980",
        "01/02/1980\n", "\t01/02/1980\r\n", "０１／０２／１９８０", "01\u201302\u20131980", "01\u221202\u22121980",
        "01\u204402\u20441980", "01\\02\\1980", "\u200e01/02/1980\u200f",
        "01/\u200b02/1980", "01\u00a002\u00a01980",
        "01 021980", "٠١/٠٢/١٩٨٠",
    ],
)  # fmt: skip
def test_the_second_of_january_1980_is_understood(text: str) -> None:
    assert parse_birth_date(text, today=TODAY) == date(1980, 1, 2)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"), ("   ", "empty"), ("\u200e", "empty"),
        ("tomorrow", "unreadable"), ("1/2", "unreadable"), ("1/2/3/1980", "unreadable"),
        ("1021980", "unreadable"),
        ("01//02/1980", "unreadable"), ("01/02/19800", "unreadable"), ("01/02/198", "unreadable"),
        ("Jan 2, 1980", "unreadable"), ("-1/2/1980", "unreadable"), ("1e1/2/1980", "unreadable"),
        ("01/02/1980; DROP TABLE", "unreadable"), ("0" * 10_000, "unreadable"), ("mm/dd/yyyy", "unreadable"),
        ("\x00", "unreadable"), ("01/02/1980\x00", "unreadable"),
        ("1/2/80", "two_digit_year"), ("01-02-80", "two_digit_year"), ("010280", "two_digit_year"),
        ("25/12/1980", "no_such_month"), ("00/12/1980", "no_such_month"), ("1980-13-01", "no_such_month"),
        ("02/30/1980", "no_such_day"), ("02/29/1981", "no_such_day"), ("04/31/1980", "no_such_day"),
        ("01/00/1980", "no_such_day"), ("01/32/1980", "no_such_day"),
        ("12/31/1899", "before_1900"), ("01/02/0001", "before_1900"), ("01/02/0000", "before_1900"),
        ("11/24/2026", "in_future"), ("01/01/9999", "in_future"),
        ("11/24/2011", "too_young"), ("11/23/2026", "too_young"),
        ("11/23/1905", "too_old"), ("01/01/1900", "too_old"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_birth_date_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(BirthDateError) as refused:
        parse_birth_date(text, today=TODAY)
    assert refused.value.code == BirthDateProblem(code)
    assert str(refused.value) == code


def test_the_edges_of_age_are_inside() -> None:
    assert parse_birth_date("11/23/2011", today=TODAY) == date(2011, 11, 23)
    assert parse_birth_date("11/24/1905", today=TODAY) == date(1905, 11, 24)


def test_a_record_may_be_of_somebody_who_would_be_older() -> None:
    assert read_birth_date("01/01/1900", today=TODAY) == date(1900, 1, 1)
    with pytest.raises(BirthDateError):
        read_birth_date("11/24/2011", today=TODAY)


def test_a_leap_day_is_a_birth_date_and_ages_in_march() -> None:
    assert parse_birth_date("02/29/1980", today=TODAY) == date(1980, 2, 29)
    assert age_on(date(2001, 2, 28), born=date(1980, 2, 29)) == 20
    assert age_on(date(2001, 3, 1), born=date(1980, 2, 29)) == 21


@given(st.dates(min_value=date(1906, 11, 24), max_value=TODAY - timedelta(days=16 * 366)))
def test_every_way_of_writing_a_day_gives_that_day(born: date) -> None:
    month, day, year = f"{born:%m}", f"{born:%d}", f"{born.year:04}"
    ways = [
        f"{month}/{day}/{year}",
        f"{born.month}/{born.day}/{year}",
        f"{month}-{day}-{year}",
        f"{month}{day}{year}",
        f"{month}.{day}.{year}",
        f"{month} {day} {year}",
        born.isoformat(),
    ]
    assert {parse_birth_date(way, today=TODAY) for way in ways} == {born}


@given(st.text(max_size=60))
def test_any_text_gives_a_plausible_date_or_a_code(text: str) -> None:
    with suppress(BirthDateError):  # and nothing else is raised
        assert 15 <= age_on(TODAY, born=parse_birth_date(text, today=TODAY)) <= 120


def test_a_text_of_forty_characters_may_be_a_date_and_a_longer_one_is_not() -> None:
    assert parse_birth_date("01/02/1980" + " " * 30, today=TODAY) == date(1980, 1, 2)
    with pytest.raises(BirthDateError) as refused:
        parse_birth_date("01/02/1980" + " " * 31, today=TODAY)
    assert refused.value.code is BirthDateProblem.UNREADABLE


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("12/31/1985", date(1985, 12, 31)),
        ("01/01/1985", date(1985, 1, 1)),
        ("01/01/1900", date(1900, 1, 1)),
        ("19000101", date(1900, 1, 1)),
        ("20011231", date(2001, 12, 31)),
        ("12 31 1985", date(1985, 12, 31)),
        ("1231 1985", date(1985, 12, 31)),
    ],
)
def test_the_first_and_last_of_each_part_are_read(text: str, born: date) -> None:
    assert read_birth_date(text, today=TODAY) == born


@pytest.mark.parametrize(
    ("text", "code"),
    [("1/2/3/4", "unreadable"), ("01 02 80", "two_digit_year"), ("010 280", "two_digit_year")],
)
def test_short_years_and_what_is_none(text: str, code: str) -> None:
    with pytest.raises(BirthDateError) as refused:
        read_birth_date(text, today=TODAY)
    assert refused.value.code == BirthDateProblem(code)


def test_who_is_born_today_in_another_year_has_her_birthday() -> None:
    assert age_on(date(2026, 11, 23), born=date(1985, 11, 23)) == 41
    assert age_on(date(2026, 11, 22), born=date(1985, 11, 23)) == 40
    assert age_on(date(2026, 10, 30), born=date(1985, 11, 1)) == 40
    assert read_birth_date(f"{TODAY:%m/%d}/{TODAY.year - 15}", today=TODAY).year == TODAY.year - 15
