"""How names sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.sounds import sound


@pytest.mark.parametrize(
    ("one", "other"),
    [("katherine", "catherine"), ("smith", "smyth"), ("stephen", "steven"), ("philip", "filip")],
)
def test_names_that_sound_alike_have_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other) != one


def test_names_that_do_not_have_two() -> None:
    assert sound("lopez") != sound("garcia")


@pytest.mark.parametrize("name", ["w", "y", "gh", "ee", "12", ""])
def test_a_name_without_a_sound_of_its_own_stands_for_itself(name: str) -> None:
    assert sound(name) == name


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", max_size=20))
def test_every_folded_name_has_a_sound_without_spaces(name: str) -> None:
    assert bool(sound(name)) == bool(name)
    assert " " not in sound(name)
