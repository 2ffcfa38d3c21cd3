"""Tokens and folded names tell the engine the same levels as the clear facts would, by the conditions that it really runs."""

from dataclasses import replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kecs.matching.names import OtherName
from kecs.records.linkage.comparisons import COMPARISONS, Attribute, Dialect, Level, condition_sql
from kecs.records.linkage.engine import SCHEMA, batches
from kecs.records.linkage.facts import Facts, without_placeholders
from kecs.records.linkage.rows import row_of
from kecs.records.linkage.tokens import Tokens

ANNA = Facts(first_name="Anna Maria", last_surname="Brandt-Núñez", birth_date="1980-02-03", ssn="900123456")


def levels(pairs: list[tuple[Facts, Facts]]) -> list[dict[Attribute, Level]]:
    """The levels of these pairs, by SQL on rows that hold tokens only."""
    tokens = Tokens()
    connection = duckdb.connect(":memory:")
    for side, name in enumerate("lr"):
        rows = [row_of(pair[side], place=place, tokens=tokens) for place, pair in enumerate(pairs)]
        [table] = batches(rows)
        connection.register(name, table.rename_columns([f"{column}_{name}" for column in SCHEMA.names]))
    cases = []
    for attribute in Attribute:
        whens = " ".join(
            f"WHEN {condition_sql(each, Dialect.DUCKDB)} THEN '{each.level.value}'"
            if each.sql != "ELSE"
            else f"ELSE '{each.level.value}'"
            for each in COMPARISONS[attribute]
        )
        cases.append(f"CASE {whens} END AS {attribute.value}")
    found = connection.sql(
        f"SELECT {', '.join(cases)} FROM l JOIN r ON place_l = place_r ORDER BY place_l"  # noqa: S608
    ).fetchall()
    connection.close()
    return [
        {attribute: Level(level) for attribute, level in zip(Attribute, row, strict=True)} for row in found
    ]


def level(attribute: Attribute, one: Facts, other: Facts) -> Level:
    """The level of one attribute, which does not depend on who stands first."""
    there, back = levels([(one, other), (other, one)])
    assert there == back
    return there[attribute]


# --- What the clear values say ---------------------------------------------------------------------------------------


def clear_slip(one: str, other: str) -> Level | None:
    """One digit, or two neighbours changed places."""
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) == 1:
        return Level.ONE_DIGIT
    if len(places) == 2 and places[1] == places[0] + 1:
        left, right = places
        if (one[left], one[right]) == (other[right], other[left]):
            return Level.TRANSPOSED
    return None


def clear_ssn(one: str, other: str) -> Level:
    """The level of two full numbers."""
    if one == other:
        return Level.SAME
    if abs(int(one) - int(other)) == 1:
        return Level.NEXT
    return clear_slip(one, other) or (Level.LAST4 if one[-4:] == other[-4:] else Level.DIFFERS)


def clear_last4(one: str, other: str) -> Level:
    """The level of two numbers of which one is known by its end."""
    if one == other:
        return Level.SAME
    return Level.SLIP if clear_slip(one, other) else Level.DIFFERS


def clear_birth_date(one: str, other: str) -> Level:
    """The level of two dates."""
    if one == other:
        return Level.SAME
    (year, month, day), theirs = one.split("-"), other.split("-")
    if [year, day, month] == theirs:
        return Level.TURNED
    agree = sum(a == b for a, b in zip((year, month, day), theirs, strict=True))
    return Level.PART if agree == 2 else Level.DIFFERS


# Few digits, so that near numbers are drawn often.
ssns = (
    st.text("0123", min_size=7, max_size=7).map(lambda end: "90" + end).filter(lambda ssn: ssn[-4:] != "0000")
)
dates = st.tuples(st.sampled_from([1970, 1971]), st.integers(1, 12), st.integers(1, 12)).map(
    lambda parts: f"{parts[0]}-{parts[1]:02}-{parts[2]:02}"
)
slips = st.one_of(
    st.just("same"),
    st.tuples(st.just("digit"), st.integers(0, 8), st.sampled_from("0123456789")),
    st.tuples(st.just("swap"), st.integers(0, 7)),
    st.tuples(st.just("next"), st.sampled_from([-1, 1])),
)


def slipped(ssn, slip):
    """The number with one slip."""
    match slip:
        case ("digit", at, digit):
            return ssn[:at] + digit + ssn[at + 1 :]
        case ("swap", at):
            return ssn[:at] + ssn[at + 1] + ssn[at] + ssn[at + 2 :]
        case ("next", step):
            return f"{int(ssn) + step:09}"
    return ssn


@settings(max_examples=30)
@given(st.lists(st.tuples(ssns, ssns, slips, dates, dates), min_size=20, max_size=40))
def test_levels_of_tokens_are_the_levels_of_the_clear_values(drawn):
    pairs, expected = [], []
    for ssn, another, slip, born, other_born in drawn:
        for other in (another, slipped(ssn, slip)):
            one, two = (
                replace(ANNA, birth_date=born, ssn=ssn),
                replace(ANNA, birth_date=other_born, ssn=other),
            )
            if without_placeholders(two) != two:
                continue
            pairs += [(one, two), (one, replace(two, ssn=other[-4:]))]
            expected += [
                (clear_birth_date(born, other_born), clear_ssn(ssn, other), Level.ABSENT),
                (clear_birth_date(born, other_born), Level.ABSENT, clear_last4(ssn[-4:], other[-4:])),
            ]
    found = levels(pairs)
    assert [
        (each[Attribute.BIRTH_DATE], each[Attribute.SSN], each[Attribute.LAST4]) for each in found
    ] == expected


# --- Names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Anna", "ANNA", Level.SAME),
        ("Mary Ann", "Maryann", Level.SAME),
        ("Kate", "Katherine", Level.NICKNAME),
        ("Mary Ann", "Mary", Level.OTHER),
        ("Mary Ann", "Mary Lou", Level.DIFFERS),
        ("J.", "Johanna", Level.BEGINNING),
        ("Christine", "Chrisztine", Level.TYPO),
        ("Geoffrey", "Jeffry", Level.ALIKE),
        ("Anna", "Robert", Level.DIFFERS),
        ("", "Robert", Level.ABSENT),
    ],
)
def test_first_names(one, other, expected):
    first, second = replace(ANNA, first_name=one), replace(ANNA, first_name=other)
    assert level(Attribute.FIRST_NAME, first, second) is expected


def test_a_middle_name_that_she_goes_by_agrees_and_one_that_both_have_does_not():
    goes_by_it = replace(ANNA, first_name="Sue", middle_name="Grace")
    assert level(Attribute.FIRST_NAME, goes_by_it, replace(ANNA, first_name="Grace")) is Level.OTHER
    sister = replace(ANNA, first_name="Belinda", middle_name="Grace")
    assert level(Attribute.FIRST_NAME, goes_by_it, sister) is Level.DIFFERS


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Brandt", "brandt", Level.SAME),
        ("Müller", "Mueller", Level.OTHER),
        ("Smith-Jones", "Jones", Level.OTHER),
        ("Thompson", "Thompsen", Level.TYPO),
        ("Reed", "Reid", Level.TYPO),
        ("Phillips", "Filips", Level.ALIKE),
        ("Smith", "Garcia", Level.DIFFERS),
    ],
)
def test_surnames(one, other, expected):
    first, second = replace(ANNA, last_surname=one), replace(ANNA, last_surname=other)
    assert level(Attribute.LAST_SURNAME, first, second) is expected


def test_a_former_surname_agrees():
    married = replace(ANNA, last_surname="Weiss", other_names=(OtherName(last_surname="Brandt"),))
    assert level(Attribute.LAST_SURNAME, married, replace(ANNA, last_surname="Brandt")) is Level.OTHER


def test_swapped_names_are_told_once():
    one, other = (
        replace(ANNA, first_name="Grace", last_surname="Tyler"),
        replace(ANNA, first_name="Tyler", last_surname="Grace"),
    )
    assert level(Attribute.FIRST_NAME, one, other) is Level.SWAPPED
    assert level(Attribute.LAST_SURNAME, one, other) is Level.ABSENT


# --- What is not told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        Facts(birth_date="1900-01-01", ssn="0000"),
        Facts(birth_date="", ssn="9999"),
        Facts(ssn="123456789"),
        Facts(ssn="12"),
    ],
)
def test_placeholders_are_not_on_file(facts):
    known = without_placeholders(facts)
    assert (known.birth_date, known.ssn) == ("", "")


def flat(row):
    """Every value of a row, those in lists too."""
    for value in row:
        yield from value if isinstance(value, list) else [value]


def test_a_row_holds_neither_ssn_nor_birth_date_nor_a_part_of_them():
    values = list(flat(row_of(ANNA, place=7, tokens=Tokens())))
    texts = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if isinstance(value, int) and value != 7]
    assert "annamaria" in texts  # what is there
    assert not any(letter.isdigit() for text in texts for letter in text)
    # The nicknames of her name have numbers of 32 bits; all others are tokens, of which none is short by chance.
    assert len([number for number in numbers if number >= 2**32]) > 40
    assert not {int(ANNA.ssn), 3456, 900, 19800203, 1980, 203} & set(numbers)


def test_tokens_of_two_runs_have_nothing_in_common():
    def tokens():
        row = row_of(ANNA, place=0, tokens=Tokens())
        return {value for value in flat(row) if isinstance(value, int) and value >= 2**33}

    one, other = tokens(), tokens()
    assert len(one) > 40
    assert one.isdisjoint(other)


def test_facts_have_no_repr():
    assert repr(ANNA) == "Facts()"
    made = Tokens().of_ssn("900123456")
    assert repr(made) == "NumberTokens()"
