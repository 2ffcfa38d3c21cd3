"""Which given names are forms of one another, and which look alike and are two."""

import pytest

from kecs.matching.nicknames import are_forms_of_one_name, are_names_of_two_people, forms_of


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("elizabeth", {"liz", "beth", "betty", "lisbeth", "elisabeth", "eliza"}),
        ("beth", {"elizabeth"}),
        ("jose", {"joe", "pepe"}),
        ("olga", {"olya"}),
        ("olya", {"olga"}),
    ],
)
def test_the_forms_of_a_name(name: str, forms: set[str]) -> None:
    assert forms <= forms_of(name)
    assert name not in forms_of(name)
    assert all(name in forms_of(form) for form in forms_of(name))


def test_every_form_is_a_word_of_two_letters_or_more() -> None:
    for name in ("elizabeth", "robert", "john", "patricia", "edward", "albert"):
        assert forms_of(name)
        assert all(len(form) > 1 and form.isalpha() for form in forms_of(name))
    assert all(form.isalpha() for form in forms_of("casey") | forms_of("leroy"))
    assert forms_of("k.c.") == frozenset()
    assert forms_of("al")
    assert forms_of("j") == forms_of("k") == frozenset()


@pytest.mark.parametrize("name", ["", "zzz", "Robert", "mary ann"])
def test_what_is_no_listed_name_has_no_forms(name: str) -> None:
    assert forms_of(name) == frozenset()


def test_forms_go_one_step_only() -> None:
    assert are_forms_of_one_name("chris", "christopher")
    assert are_forms_of_one_name("chris", "christine")
    assert not are_forms_of_one_name("christopher", "christine")


@pytest.mark.parametrize(
    ("one", "other"),
    [("julia", "julie"), ("amelia", "emily"), ("mary", "marie"), ("ann", "nancy"), ("zachery", "zeke")],
)
def test_names_of_two_people_are_no_forms_of_one(one: str, other: str) -> None:
    for pair in ((one, other), (other, one)):
        assert are_names_of_two_people(*pair)
        assert not are_forms_of_one_name(*pair)


@pytest.mark.parametrize(
    ("one", "other"), [("bob", "robert"), ("maria", "maria"), ("julia", "carl"), ("", "")]
)
def test_other_names_are_not_known_to_be_two(one: str, other: str) -> None:
    assert not are_names_of_two_people(one, other)
