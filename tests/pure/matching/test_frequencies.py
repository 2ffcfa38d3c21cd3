"""How common names are, and those near them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.frequencies import Near, first_names, surnames
from kecs.matching.levels import Level, likeness

# One quarter again as much as is listed, for the rare names that are left out.
UNSEEN = 1.25

SHARES = {
    "maria": 0.01,
    "marie": 0.02,
    "mariah": 0.04,
    "mario": 0.08,
    "mary": 0.16,
    "mar": 0.005,
    "ma": 0.003,
    "m": 0.002,
    "katherine": 0.03,
    "catherine": 0.05,
    "kathryn": 0.07,
    "kthaerine": 0.09,
    "bob": 0.011,
    "rare": 2e-5,
    "rarest": 1.9e-5,
}
NEAR = Near(SHARES)


def test_the_census_lists_are_shares_of_people() -> None:
    assert surnames()["smith"] == pytest.approx(0.01006)
    assert len(surnames()) == 88_799
    assert 0.7 < sum(surnames().values()) < 1
    assert "SMITH" not in surnames()


def test_a_first_name_is_as_common_as_its_share_of_women_and_of_men() -> None:
    assert first_names(1.0)["mary"] == pytest.approx(0.02629)
    assert first_names(0.0)["james"] == pytest.approx(0.03318)
    both = first_names(0.76)
    assert both["jordan"] == pytest.approx(0.76 * 0.00012 + 0.24 * 0.00056)
    assert both["mary"] == pytest.approx(0.76 * 0.02629 + 0.24 * first_names(0.0)["mary"])
    assert len(both) == 5_163
    assert 0.85 < sum(both.values()) < 1


def test_the_lists_cannot_be_changed_by_who_reads_them() -> None:
    for shares in (surnames(), first_names(0.76)):
        with pytest.raises(TypeError):
            shares["smith"] = 1.0  # type: ignore[index]


def by_hand(name: str, level: Level) -> float:
    return UNSEEN * sum(
        share
        for other, share in SHARES.items()
        if share >= 2e-5 and other != name and likeness(name, other) is level
    )


@pytest.mark.parametrize("name", [*SHARES, "marya", "katherin", "bobby", "zzz", "x", "rarests", "kathrine"])
def test_the_names_a_slip_away_and_those_alike_are_summed(name: str) -> None:
    slip, alike = NEAR.slips_and_alike(name)
    assert slip == pytest.approx(by_hand(name, Level.TYPO))
    assert alike == pytest.approx(by_hand(name, Level.ALIKE))


def test_there_are_names_a_slip_away_and_names_alike() -> None:
    """Or the test above would compare nothing with nothing."""
    # marie, mariah and mario are one slip away; mary and mar look alike, ma and m are too short.
    assert NEAR.slips_and_alike("maria") == (
        pytest.approx(UNSEEN * (0.02 + 0.04 + 0.08)),
        pytest.approx(UNSEEN * (0.16 + 0.005)),
    )
    # kthaerine is two slips away, in a long name; catherine one.
    slip, alike = NEAR.slips_and_alike("katherine")
    assert slip == pytest.approx(UNSEEN * (0.05 + 0.09))
    assert alike == pytest.approx(UNSEEN * 0.07)


def test_names_that_only_sound_alike_are_found() -> None:
    near = Near({"filippe": 0.5, "phylip": 0.25, "smith": 0.1})
    assert likeness("phylip", "filippe") is Level.ALIKE
    assert near.slips_and_alike("phylip") == (0.0, pytest.approx(UNSEEN * 0.5))


def test_more_than_a_handful_are_summed_that_are_near_by_slips_only_or_by_look_only() -> None:
    by_slips = [f"{letter}bcdefg{letter}" for letter in "hijklmnopq"]
    assert Near(dict.fromkeys(by_slips, 0.01)).slips_and_alike("xbcdefgx") == (
        pytest.approx(UNSEEN * 0.1),
        0.0,
    )
    by_look = [f"katherine{letter}t{letter}" for letter in "bdfgklmnpr"]
    assert Near(dict.fromkeys(by_look, 0.01)).slips_and_alike("katherine") == (
        0.0,
        pytest.approx(UNSEEN * 0.1),
    )


def test_more_than_a_handful_are_summed() -> None:
    names = [f"anna{letter}" for letter in "bcdefghijk"]
    assert Near(dict.fromkeys(names, 0.01)).slips_and_alike("anna")[0] == pytest.approx(UNSEEN * 0.1)


def test_beginnings_go_both_ways_and_have_three_letters() -> None:
    # mar, and mariah; but neither ma nor m, nor maria itself.
    assert NEAR.beginnings("maria") == pytest.approx(UNSEEN * (0.005 + 0.04))
    assert NEAR.beginnings("mar") == pytest.approx(UNSEEN * (0.01 + 0.02 + 0.04 + 0.08 + 0.16))
    assert NEAR.beginnings("rares") == pytest.approx(UNSEEN * 2e-5)
    assert NEAR.beginnings("zzz") == 0


def test_initials_are_all_the_names_with_the_letter() -> None:
    assert NEAR.initials("b") == pytest.approx(UNSEEN * 0.011)
    assert NEAR.initials("katrin") == pytest.approx(UNSEEN * (0.03 + 0.07 + 0.09))
    assert NEAR.initials("") == 0


@given(st.text(alphabet="abehikmnrty", min_size=1, max_size=10))
def test_no_sum_is_less_than_nothing_or_more_than_everybody(name: str) -> None:
    most = UNSEEN * sum(SHARES.values())
    slip, alike = NEAR.slips_and_alike(name)
    assert 0 <= slip + alike <= most
    assert 0 <= NEAR.beginnings(name) <= NEAR.initials(name) <= most
