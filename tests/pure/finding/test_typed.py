"""What was typed into the one box is understood, and nothing typed is too strange for it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.records.finding.readings import readings
from kecs.records.finding.typed import Sought, understood

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("", "nothing"), ("  \t\n", "nothing"), ("\u202e\u200b", "nothing"),
        ("katie@example.org", "email"), ("Katie <katie@example.org>", "email"), ("@", "not_understood"),
        ("K0123456789", "number"), ("1234", "number"), ("katie77", "number"), ("S-1/2.3_4", "number"),
        ("Smith", "word"), ("maria.fuentes", "word"),
        ("Katie Smith", "name"), ("Smith, Katie", "name"), ("O'Brien", "name"), ("%", "name"), ("_", "name"),
        ("Fuentes\u00a0María", "name"), ("محمد علي", "name"),
        ("900-77-3344", "whole_ssn"), ("900773344", "whole_ssn"), ("900 77 3344", "whole_ssn"),
        ("7752 7/21/90", "not_understood"), ("12 34", "not_understood"), ("x" * 201, "not_understood"),
        ("<script>1</script>", "not_understood"),
    ],
)  # fmt: skip
def test_what_was_typed_has_a_sort(text, sought):
    assert understood(text, today=TODAY).sought == sought


@pytest.mark.parametrize(
    "text",
    [
        "7752 07/21/1990", "07/21/1990 7752", "7/21/1990, 7752", "7752 1990-07-21", "07211990 7752",
        "7752 07 21 1990", "last 4 7752, born 7-21-1990", "ssn: 7752 dob: 07.21.1990", "７７５２ ０７/２１/１９９０",
    ],
)  # fmt: skip
def test_four_digits_and_a_date_in_any_form_are_last_four_and_birth_date(text):
    typed = understood(text, today=TODAY)
    assert typed.sought is Sought.LAST4_AND_BIRTH_DATE
    assert (typed.last4, typed.birth_date) == ("7752", date(1990, 7, 21))
    assert "7752" not in repr(typed)
    assert "1990" not in repr(typed)


@pytest.mark.parametrize(
    ("text", "name", "last4", "born"),
    [
        ("Katie Smith 07/21/1990", "Katie Smith", "", date(1990, 7, 21)),
        ("1990-07-21 Smith, Katie", "Smith, Katie", "", date(1990, 7, 21)),
        ("smith 7752", "smith", "7752", None),
        ("7752 smith", "smith", "7752", None),
    ],
)
def test_a_name_may_stand_beside_one_fact(text, name, last4, born):
    typed = understood(text, today=TODAY)
    assert (typed.sought, typed.text) == (Sought.NAME_AND_FACT, name)
    assert (typed.last4, typed.birth_date) == (last4, born)


@given(st.text(max_size=300))
def test_nothing_is_too_strange_and_little_is_asked(text):
    understood(text, today=TODAY)
    ways = readings(text)
    assert len(ways.pairs) + len(ways.nicknames) + len(ways.parts) <= 120
    assert len(ways.beginnings) + len(ways.whole_ranges) <= 12
    for each in (*ways.whole_ranges, *ways.beginnings, *ways.nickname_ranges):
        assert all(half is None or half.isalnum() for half in (each.surname, each.given))


def test_one_letter_is_looked_up_as_a_name_and_never_as_the_beginning_of_one():
    assert [each.surname for each in readings("a").whole_ranges] == ["a", None]
    assert readings("a").beginnings == ()
    assert all(
        not each.surname_is_whole or not each.given_is_whole for each in readings("smith k").beginnings
    )
    assert [(each.surname, each.given) for each in readings("s k").beginnings] == [("sk", None)]


def test_with_a_comma_the_surname_is_first_and_nowhere_else():
    assert readings("Smith, Katie").pairs == (("smith", "katie"),)
    assert set(readings("Smith Katie").pairs) == {("smith", "katie"), ("katie", "smith")}


def test_titles_and_generations_are_no_names_but_where_nothing_else_is():
    assert readings("Mrs. Ana Lopez Jr.").pairs[0] == ("lopez", "ana")
    assert readings("Senior").whole_ranges[0].surname == "senior"
