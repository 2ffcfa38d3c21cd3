"""Names as people type them: what is refused, and which are the same when folded."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.names import NameProblem, NameRefused, check_name, fold, generation_of
from kecs.matching.nicknames import are_forms_of_one_name


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Anna", "Anna"),
        ("  Mary   Ann ", "Mary Ann"),
        ("Mary\u00a0Ann\u3000Lee", "Mary Ann Lee"),
        ("J", "J"),
        ("O'Brien", "O'Brien"),
        ("O’Brien", "O’Brien"),
        ("Kaʻaihue", "Kaʻaihue"),
        ("O`Brien", "O`Brien"),
        ("Smith-Jones", "Smith-Jones"),
        ("Smith‐Jones", "Smith‐Jones"),
        ("Reed, Jr.", "Reed, Jr."),
        ("Jose\u0301", "José"),
        ("Gal·la", "Gal·la"),
        ("Нина", "Нина"),
        ("小龙", "小龙"),
        ("محمد", "محمد"),
        ("लक्ष्मी", "लक्ष्मी"),
        ("Anna\n", "Anna"),
        ("A" * 128, "A" * 128),
        ("é" * 100, "é" * 100),
        ("e\u0301" * 128, "é" * 128),
    ],
)
def test_a_name_is_kept_as_typed_but_for_spaces(text: str, kept: str) -> None:
    assert check_name(text) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"), ("   ", "empty"), ("\u00a0", "empty"),
        ("A" * 129, "too_long"), ("A" * 1_000_000, "too_long"),
        ("Ma\x00ria", "control_character"), ("Ma\tria", "control_character"),
        ("Ma\r\nBcc: x", "control_character"),
        ("Ma\u2028ria", "control_character"), ("Ma\x7fria", "control_character"),
        ("Ma\ud800ria", "control_character"),
        ("\u202eairaM", "invisible_character"), ("Ma\u2066ria", "invisible_character"),
        ("Ma\u200bria", "invisible_character"), ("Ma\u200dria", "invisible_character"),
        ("Ma\u00adria", "invisible_character"), ("\ufeffMaria", "invisible_character"),
        ("\u3164", "invisible_character"), ("Maria\ufe0f", "invisible_character"),
        ("Maria1", "digit"), ("Maria２", "digit"), ("Maria²", "digit"), ("Henry Ⅷ", "digit"),
        ("Ma_ria", "symbol"), ("Ma%ria", "symbol"), ("Ma*ria", "symbol"),
        ("<b>", "symbol"), ("a@b", "symbol"),
        ("Ma;ria", "symbol"), ("=Maria", "symbol"), ("Maria😀", "symbol"),
        ("Ma\"ria", "symbol"), ("Ma|ria", "symbol"),
        ("Maria/Ana", "symbol"), ("Maria (Ana)", "symbol"), ("Ma\ue000ria", "symbol"),
        ("a" + "\u0301" * 9, "symbol"),
        ("-", "no_letter"), (".", "no_letter"), ("'", "no_letter"), ("\u0301", "no_letter"),
    ],
)  # fmt: skip
def test_what_no_name_has_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(NameRefused) as refused:
        check_name(text)
    assert refused.value.code == NameProblem(code)
    assert str(refused.value) == code


@given(st.text(max_size=200))
def test_any_text_is_a_clean_name_or_refused(text: str) -> None:
    with suppress(NameRefused):  # and nothing else is raised
        name = check_name(text)
        assert check_name(name) == name
        assert 0 < len(name) <= 128
        assert not {"Cc", "Cf", "Cs"} & {unicodedata.category(char) for char in name}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Núñez", ("nunez",)),
        ("O’Brien-Smith", ("obrien", "smith")),
        ("van der Berg", ("van", "der", "berg")),
        ("REED, JR.", ("reed",)),
        ("Reed Jr Jr", ("reed",)),
        ("Reed III", ("reed",)),
        ("Junior", ("junior",)),
        ("Mary V", ("mary", "v")),
        ("J.R.", ("jr",)),
        ("Æsop", ("aesop",)),
        ("Ольга", ("olga",)),
        ("\u0421lark", ("clark",)),
        ("-", ()),
        ("", ()),
    ],
)
def test_folding(text: str, tokens: tuple[str, ...]) -> None:
    folded = fold(text)
    assert folded.tokens == tokens
    assert folded.joined == "".join(tokens)


def test_letters_with_a_customary_spelling_fold_to_both() -> None:
    assert fold("Müller").spellings == {"muller", "mueller"}
    assert fold("Mu\u0308ller").spellings == {"muller", "mueller"}
    assert fold("Mueller").spellings == {"mueller"}


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    twice = fold(" ".join(once.tokens))
    assert twice.tokens == once.tokens
    assert twice.joined == once.joined


@given(st.text(max_size=80))
def test_a_fold_is_lower_case_latin(text: str) -> None:
    folded = fold(text)
    assert all(token.isascii() and token.isalnum() and token == token.lower() for token in folded.tokens)
    assert folded.joined in folded.spellings


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzéüñłABCXYZ'-. ", max_size=40))
def test_capitals_never_matter(text: str) -> None:
    assert fold(text.upper()).spellings == fold(text).spellings


@pytest.mark.parametrize(
    ("suffix", "generation"),
    [
        ("Jr", 2),
        ("JR.", 2),
        ("II", 2),
        ("Sr.", 1),
        ("I", 1),
        ("iii", 3),
        ("IV", 4),
        ("V", 5),
        ("3rd", 3),
        ("PhD", None),
    ],
)
def test_generations(suffix: str, generation: int | None) -> None:
    assert generation_of(suffix) == generation


def test_a_fold_does_not_print_the_name() -> None:
    assert "reed" not in repr(fold("Reed Jr"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bob", "robert"), ("kate", "katherine"), ("katie", "katherine"),
        ("sean", "shawn"), ("lexi", "alexandra"),
        ("lucas", "lukasz"), ("pepe", "jose"), ("bill", "william"), ("jim", "james"), ("john", "jon"),
    ],
)  # fmt: skip
def test_forms_of_one_name(one: str, other: str) -> None:
    assert are_forms_of_one_name(one, other)
    assert are_forms_of_one_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dob", "robert"), ("bill", "robert"), ("christopher", "christine"),
        ("amelia", "emily"), ("patrick", "peter"),
        ("aaron", "erin"), ("hannah", "anna"), ("mary", "marie"), ("andrew", "andrea"),
        ("k", "kasey"), ("", ""),
        ("anna", "anna"),
    ],
)  # fmt: skip
def test_two_names_are_not_one(one: str, other: str) -> None:
    assert not are_forms_of_one_name(one, other)
    assert not are_forms_of_one_name(other, one)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Anna" + " " * 508, "Anna"),  # 512 characters in all: what would be trimmed is not counted at 128
        ("x" + "\u0323" * 4 + "x" + "\u0323" * 4, "x" + "\u0323" * 4 + "x" + "\u0323" * 4),
        ("Anna-" * 25 + "Ana", "Anna-" * 25 + "Ana"),
        ("St. Mary, of", "St. Mary, of"),
        ("A  \u2003 B", "A B"),
    ],
)
def test_a_name_at_the_edge_is_kept(text: str, kept: str) -> None:
    assert check_name(text) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Anna" + " " * 509, "too_long"),
        ("x" + "\u0323" * 5, "symbol"),
        ("Maria\ufe00", "invisible_character"),
        ("Maria\ufe0f", "invisible_character"),
        ("Maria\ufe10", "symbol"),
        ("Maria\ufdff", "symbol"),
        ("Ma\u2029ria", "control_character"),
        ("\x00", "control_character"),
        ("7", "digit"),
        ("..", "no_letter"),
        (", -", "no_letter"),
        ("A" * 64 + " " * 70 + "A" * 64, "too_long"),
    ],
)
def test_a_name_beyond_the_edge_is_refused(text: str, code: str) -> None:
    with pytest.raises(NameRefused) as refused:
        check_name(text)
    assert refused.value.code == NameProblem(code)


@pytest.mark.parametrize(
    ("text", "tokens", "generation"),
    [
        ("Reed", ("reed",), None),
        ("Reed Jr", ("reed",), 2),
        ("Reed Sr", ("reed",), 1),
        ("Reed III Jr", ("reed",), 3),  # the one next to the name
        ("Reed 4th", ("reed",), 4),
        ("van Reed Jr", ("van", "reed"), 2),
        ("Jr", ("jr",), None),
        ("Jr Sr", ("jr",), 1),
        ("Mary I", ("mary", "i"), None),
        ("Reed Jr.-Stone", ("reed", "jr", "stone"), None),
    ],
)
def test_the_generation_is_what_stands_behind_the_name(
    text: str, tokens: tuple[str, ...], generation: int | None
) -> None:
    folded = fold(text)
    assert (folded.tokens, folded.generation) == (tokens, generation)


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("Köhler Jr", {"kohler", "koehler"}),
        ("Åse", {"ase", "aase"}),
        ("ÄÖÜ", {"aou", "aeoeue"}),
        ("Reed", {"reed"}),
        ("van Müller", {"vanmuller", "vanmueller"}),
        ("Gal·la", {"galla"}),
        ("О’Brien", {"obrien"}),  # the first letter is Cyrillic
        ("Нина", {"nina"}),
        ("Соня", {"sonya"}),
    ],
)
def test_the_spellings_of_a_name(text: str, spellings: set[str]) -> None:
    assert fold(text).spellings == spellings


@pytest.mark.parametrize(
    ("suffix", "generation"), [("", None), ("J r", 2), ("2nd", 2), ("5th", 5), ("RN", None)]
)
def test_generations_in_their_own_column(suffix: str, generation: int | None) -> None:
    assert generation_of(suffix) == generation
