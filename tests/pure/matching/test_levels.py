"""How well typed names agree with the names on a record, level by level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.levels import (
    DISAGREEING,
    Level,
    NameLevels,
    RecordNames,
    compare_names,
    is_part_of_surname,
    likeness,
    slips_allowed,
    surname_parts,
)
from kecs.matching.names import OtherName, fold

WORDS = st.text(alphabet="abcdehilmnorsty", max_size=9)


def others(text: str) -> tuple[OtherName, ...]:
    """ "Dana|Lopez; |Stone" """
    pairs = [entry.strip().split("|") for entry in text.split(";") if entry.strip()]
    return tuple(OtherName(first_name=first, last_surname=last) for first, last in pairs)


def first_level(typed: str, first: str, middle: str = "", other: str = "") -> str:
    record = RecordNames(
        first_name=first, middle_name=middle, last_surname="Quayle", other_names=others(other)
    )
    return compare_names(typed, "Quayle", record)[0].first_name.value


def last_level(typed: str, last: str, middle: str = "", other: str = "", suffix: str = "") -> str:
    record = RecordNames(
        first_name="Quentin",
        middle_name=middle,
        last_surname=last,
        other_names=others(other),
        generation_code_suffix=suffix,
    )
    return compare_names("Quentin", typed, record)[0].last_surname.value


# --- First names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "on_file", "level"),
    [
        ("Maria", "Maria", "exact"),
        ("Mary Ann", "Maryann", "joined"),
        ("Jürgen", "Juergen", "joined"),
        ("Bob", "Robert", "nickname"),
        ("Mary", "Mary Ann", "part"),
        ("Mary Ann", "Mary", "part"),
        ("Bob", "Robert Lee", "part"),
        ("Robert Lee", "Bob", "part"),
        ("Bob Lee", "Robert Lee", "part"),
        ("Mary Ann", "Mary Beth", "differs"),
        ("Mary Ann", "Mary A", "part"),
        ("Mary A", "Mary Beth", "differs"),
        ("Mary Annabel", "Mary Annabell", "part"),
        ("Mary Annabel", "Mary Annabell Lou", "part"),
        ("Mary Annabel", "Mary Anabel", "part"),
        ("Mary Ann", "Mary Annabel", "differs"),
        ("Xu", "Xu Ann", "part"),
        ("Mary Ann Sue", "Mary Ann", "part"),
        ("Mary Ann Sue", "Mary Ann Lou", "differs"),
        ("Ann", "Mary Ann", "differs"),
        ("J Robert", "J", "initial"),
        ("J Robert", "J William", "differs"),
        ("J", "J William", "initial"),
        ("Alex", "Alexandria", "nickname"),
        ("Yev", "Yevgenia", "beginning"),
        ("Yevgenia", "Yev", "beginning"),
        ("Ye", "Yevgenia", "differs"),
        ("Y", "Yevgenia", "initial"),
        ("Yevgenia", "Y", "initial"),
        ("Y", "Evgenia", "differs"),
        ("Julia", "Julie", "differs"),  # may be sisters
        ("Maria", "Marya", "typo"),
        ("Zelda", "Selda", "typo"),
        ("Zeldaanna", "Zleadanna", "typo"),
        ("Xochitl", "Xochil", "typo"),
        ("Xochitl", "Xxochiitl", "alike"),
        ("Maria", "Carl", "differs"),
    ],
)
def test_a_typed_first_name_against_the_one_on_file(typed: str, on_file: str, level: str) -> None:
    assert first_level(typed, on_file) == level


@pytest.mark.parametrize(
    ("typed", "first", "middle", "other", "level"),
    [
        ("Mary Ann", "Mary", "Ann", "", "part"),
        ("Maryann", "Mary", "Ann", "", "part"),
        ("Mary A", "Mary", "Ann", "", "part"),
        ("Mary Ann", "Mary", "A", "", "part"),
        ("Mary Beth", "Mary", "Ann", "", "differs"),
        ("Mary", "Mary", "Ann", "", "exact"),
        ("Robert", "Bob", "Lee", "", "nickname"),
        ("Mollyann", "Mary", "Ann", "", "differs"),
        ("James", "Robert", "James", "", "middle"),
        ("Jim", "Robert", "James", "", "middle"),
        ("Xu", "Robert", "Xu", "", "middle"),
        ("J", "Robert", "J", "", "differs"),
        ("J", "Robert", "James", "", "differs"),
        ("James", "Robert", "J", "", "differs"),
        ("Alex", "Dana", "", "Alex|", "former"),
        ("Alex", "Dana", "", "Alex|Lopez", "former"),
        ("Bob", "Dana", "", "Robert|", "former"),
        ("Alex", "Dana", "", "|Alex", "differs"),
        ("Alex", "Dana", "", "Sam|; Alex|", "former"),
        ("Mary", "Mary Ann", "", "Mary|", "part"),
        ("Mary Beth", "Mary", "Ann", "Mary Beth|", "former"),
        ("Alex", "Dana", "Alex", "Alex|", "former"),
        ("Alex", "", "", "", "absent"),
        ("Alex", "-", "", "", "absent"),
        ("Alex", "", "", "|Stone", "absent"),
        ("Alex", "", "", "Sam|", "differs"),
        ("Alex", "", "", "Alex|", "former"),
        ("Alex", "", "Alex", "", "middle"),
        ("Alex", "", "A", "", "absent"),
    ],
)
def test_a_typed_first_name_against_a_middle_or_a_former_one(
    typed: str, first: str, middle: str, other: str, level: str
) -> None:
    assert first_level(typed, first, middle, other) == level


def test_a_first_name_of_which_nothing_is_left_agrees_with_nothing() -> None:
    assert first_level("-", "Maria") == "differs"
    assert first_level("-", "") == "absent"
    assert first_level("-", "Mary Ann", "Beth") == "differs"


# --- Surnames ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "on_file", "level"),
    [
        ("Lopez", "Lopez", "exact"),
        ("Mueller", "Müller", "joined"),
        ("Vandenberg", "van den Berg", "joined"),
        ("Smith", "Smith-Jones", "part"),
        ("Jones", "Smith-Jones", "part"),
        ("Smith-Jones", "Jones", "part"),
        ("Jones-Smith", "Smith-Jones", "part"),
        ("Smith-Jones", "Smith-Jones-Brown", "part"),
        ("Brown-Smith-Jones", "Smith-Jones", "differs"),
        ("Smith-Brown", "Smith-Jones", "differs"),
        ("Cruz", "de la Cruz", "part"),
        ("de la", "de la Cruz", "differs"),
        ("Smith de la", "Smith", "part"),
        ("Lopes", "Lopez", "typo"),
        ("Quayley", "Quailey", "typo"),
        ("Xochitlan", "Xxochiitlaan", "alike"),
        ("Lopez", "Lope", "typo"),
        ("Lop", "Lopez", "alike"),
        ("Lopez", "Webb", "differs"),
        ("L", "Lopez", "differs"),
    ],
)
def test_a_typed_surname_against_the_one_on_file(typed: str, on_file: str, level: str) -> None:
    assert last_level(typed, on_file) == level


@pytest.mark.parametrize(
    ("typed", "last", "middle", "other", "level"),
    [
        ("Lopez", "Garcia", "", "|Lopez", "former"),
        ("Lopez", "Garcia", "", "|Stone; |Lopez", "former"),
        ("Lopez", "Garcia", "", "Lopez|", "differs"),
        ("Lopez", "Garcia", "", "|Lopez-Stone", "part"),
        ("Lopez-Garcia", "Garcia", "", "|Lopez", "part"),
        ("Lopez", "Lopez-Garcia", "", "|Lopez", "part"),
        ("Lopez", "Garcia", "", "|Lopez-Stone; |Lopez", "former"),
        ("Lopez", "Garcia", "Lopez", "", "middle"),
        ("Li", "Garcia", "Li", "", "middle"),
        ("Lopez", "Garcia", "Lopez", "|Lopez", "former"),
        ("L", "Garcia", "L", "", "differs"),
        ("Lopez", "Garcia", "L", "", "differs"),
        ("Lopez", "", "", "", "absent"),
        ("Lopez", "-", "", "", "absent"),
        ("Lopez", "", "", "Maria|", "absent"),
        ("Lopez", "", "", "|Stone", "differs"),
        ("Lopez", "", "", "|Lopez", "former"),
        ("Lopes", "Garcia", "", "|Lopez", "alike"),  # a slip in a former name
        ("Lopes", "Garcia", "", "|Stone; |Lopez", "alike"),
        ("Lopes", "Lopez", "", "|Lopez", "typo"),
        ("Lopes", "Garcia", "", "Lopez|", "differs"),
        ("Xxochiitlaan", "Garcia", "", "|Xochitlan", "differs"),  # only alike
        ("de la", "Garcia", "", "|de lo", "differs"),
    ],
)
def test_a_typed_surname_against_a_middle_or_a_former_one(
    typed: str, last: str, middle: str, other: str, level: str
) -> None:
    assert last_level(typed, last, middle, other) == level


@pytest.mark.parametrize(
    ("typed", "on_file", "suffix", "level"),
    [
        ("Reed Jr", "Reed", "Sr", "differs"),
        ("Reed Jr", "Reed", "Jr", "exact"),
        ("Reed Jr", "Reed", "II", "exact"),
        ("Reed Jr", "Reed", "", "exact"),
        ("Reed", "Reed", "Jr", "exact"),
        ("Reed Jr", "Reed", "PhD", "exact"),
        ("Reed Jr", "Reed Sr", "", "differs"),
        ("Reed Jr", "Reed Sr", "Jr", "exact"),  # the column for it says more than the name
    ],
)
def test_father_and_son_differ_where_both_sides_say_which(
    typed: str, on_file: str, suffix: str, level: str
) -> None:
    assert last_level(typed, on_file, suffix=suffix) == level


def test_a_reading_says_that_father_and_son_differ() -> None:
    record = RecordNames(first_name="John", last_surname="Reed", generation_code_suffix="Sr")
    assert [each.generations_differ for each in compare_names("John", "Reed Jr", record)] == [True]
    assert [each.generations_differ for each in compare_names("John", "Reed", record)] == [False]
    assert [each.generations_differ for each in compare_names("Reed", "John", record)] == [False, False]


def test_a_generation_may_stand_behind_the_first_name() -> None:
    record = RecordNames(first_name="John", last_surname="Reed", generation_code_suffix="Sr")
    assert compare_names("John Jr", "Reed", record)[0].last_surname is Level.DIFFERS
    assert compare_names("John Sr", "Reed", record)[0].last_surname is Level.EXACT
    # The one behind the surname counts.
    assert compare_names("John Jr", "Reed Sr", record)[0].last_surname is Level.EXACT


# --- Swapped boxes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "on_file_first", "on_file_last", "other", "levels"),
    [
        ("Lopez", "Maria", "Maria", "Lopez", "", ("exact", "exact")),
        ("Lopes", "Maria", "Maria", "Lopez", "", ("exact", "typo")),
        ("Lopez", "Marya", "Maria", "Lopez", "", ("typo", "exact")),
        ("Vandenberg", "Maryann", "Mary Ann", "van den Berg", "", ("joined", "joined")),
        ("Lopez", "Maria", "Maria", "Garcia", "|Lopez", ("exact", "exact")),
        ("Lopes", "Maria", "Maria", "Garcia", "|Lopez", ("exact", "typo")),
        ("Lopez", "Maria", "Maria", "Lopes", "|Lopez", ("exact", "exact")),
        ("Lopez", "Maria", "Maria", "Lopez", "|Lopes", ("exact", "exact")),
        ("Lopez", "Maria", "Maria", "Garcia", "Lopez|", None),
        ("Lopez", "Maria", "Maria", "Lop", "", None),
        ("Hall", "Bob", "Robert", "Hall", "", None),  # a nickname is no likeness
        ("Lopez", "Carl", "Maria", "Lopez", "", None),
        ("Webb", "Maria", "Maria", "Lopez", "", None),
    ],
)
def test_names_in_each_others_box(
    first: str, last: str, on_file_first: str, on_file_last: str, other: str, levels: tuple[str, str] | None
) -> None:
    record = RecordNames(first_name=on_file_first, last_surname=on_file_last, other_names=others(other))
    readings = compare_names(first, last, record)
    assert not readings[0].swapped
    swapped = [(each.first_name.value, each.last_surname.value) for each in readings[1:]]
    assert swapped == ([levels] if levels else [])
    assert all(each.swapped for each in readings[1:])


def test_father_and_son_are_not_swapped_either() -> None:
    record = RecordNames(first_name="John", last_surname="Reed", generation_code_suffix="Sr")
    assert len(compare_names("Reed Jr", "John", record)) == 1
    assert len(compare_names("Reed Sr", "John", record)) == 2


@given(WORDS, WORDS, WORDS, WORDS)
def test_the_boxes_can_be_exchanged_on_both_sides(first: str, last: str, first_on: str, last_on: str) -> None:
    """Swapped against a record is as the record's own names swapped."""
    record = RecordNames(first_name=first_on, last_surname=last_on)
    swapped = compare_names(first, last, record)[1:]
    for reading in swapped:
        (back,) = compare_names(first_on, last_on, RecordNames(first_name=first, last_surname=last))[1:]
        assert (back.first_name, back.last_surname) == (reading.last_surname, reading.first_name)


# --- Agreement ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", list(Level))
def test_a_name_agrees_unless_it_differs_or_is_not_there(level: Level) -> None:
    agrees = level not in {Level.DIFFERS, Level.ABSENT}
    assert (level not in DISAGREEING) == agrees
    assert NameLevels(first_name=level, last_surname=Level.DIFFERS).first_names_agree == agrees
    assert NameLevels(first_name=Level.DIFFERS, last_surname=level).last_surnames_agree == agrees


# --- Likeness ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("anna", "anne", Level.TYPO),
        ("anna", "nana", Level.TYPO),
        ("anna", "annna", Level.TYPO),
        ("ana", "ann", Level.ALIKE),  # too short for a slip; sounds alike
        ("ana", "eva", None),
        ("li", "le", None),
        ("li", "lee", None),
        ("ann", "anne", Level.ALIKE),
        ("anna", "enne", None),
        ("katherin", "kathrein", Level.TYPO),
        ("katherin", "katrein", Level.ALIKE),
        ("katherine", "katrina", None),
        ("katherine", "catherinne", Level.TYPO),
        ("abcdefg", "bbcdefh", None),
        ("abcdefgh", "bbcdefgi", Level.TYPO),
        ("abcdefgh", "bbcdeegi", None),
        ("maria", "carl", None),
        ("stephen", "steven", Level.ALIKE),
        ("philippe", "filip", Level.ALIKE),
    ],
)
def test_likeness(one: str, other: str, level: Level | None) -> None:
    assert likeness(one, other) is level
    assert likeness(other, one) is level


@pytest.mark.parametrize(("letters", "slips"), [(1, 0), (3, 0), (4, 1), (7, 1), (8, 2), (30, 2)])
def test_a_slip_in_four_letters_and_two_in_eight(letters: int, slips: int) -> None:
    assert slips_allowed(letters) == slips


@given(WORDS, WORDS)
def test_likeness_is_the_same_both_ways(one: str, other: str) -> None:
    assert likeness(one, other) is likeness(other, one)


# --- Parts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Smith-Jones", ("smith", "jones")),
        ("de la Cruz", ("cruz",)),
        ("van der Berg", ("berg",)),
        ("Smith J", ("smith",)),
        ("Li", ("li",)),
        ("de la", ()),
        ("O", ()),
        ("", ()),
    ],
)
def test_the_parts_of_a_surname_can_stand_alone(name: str, parts: tuple[str, ...]) -> None:
    assert surname_parts(fold(name).tokens) == parts


@pytest.mark.parametrize(
    ("typed", "on_file", "is_part"),
    [
        ("Smith", "Smith-Jones", True),
        ("Smith-Jones", "Smith", True),
        ("Jones Smith", "Smith Jones", True),
        ("Smith Jones", "Smith Jones", False),
        ("Webb", "Jones Webb", True),
        ("Jones Webb", "Webb", True),
        ("Cruz", "de la Cruz", True),
        ("Smith Jones Brown", "Smith", False),
        ("Smith", "Smith Jones Brown", True),
        ("Smith Jones", "Smith Jones Brown", True),
        ("Smith Webb", "Smith Jones Brown", False),
        ("Webb", "Smith Jones", False),
        ("de la", "de la Cruz", False),
        ("Cruz", "de la", False),
    ],
)
def test_what_is_a_part_of_a_surname(typed: str, on_file: str, is_part: bool) -> None:
    assert is_part_of_surname(fold(typed), fold(on_file)) is is_part


def test_three_surnames_typed_are_fishing_and_three_on_file_are_not() -> None:
    assert last_level("Smith Jones Brown", "Brown") == "differs"
    assert last_level("Brown", "Smith Jones Brown") == "part"
