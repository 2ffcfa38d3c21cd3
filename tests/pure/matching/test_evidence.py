"""What agreements and differences are worth, worked out by hand from the figures of weights.toml."""

from dataclasses import replace
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching import evidence
from kecs.matching.evidence import bits_of_facts, bits_of_names, prepare, price, threshold, weights
from kecs.matching.facts import FactLevel
from kecs.matching.frequencies import Near, first_names, surnames
from kecs.matching.levels import Level, NameLevels
from kecs.matching.nicknames import forms_of

CHANCE = weights()["chance"]
COHORT = CHANCE["first_name_cohort"]
FIRST, LAST = weights()["first_name"], weights()["last_surname"]
RAREST_FIRST, RAREST_LAST = CHANCE["unlisted_first_name"], CHANCE["unlisted_surname"]
FIRST_NAMES = first_names(CHANCE["women"])
NEAR_FIRST, NEAR_LAST = Near(FIRST_NAMES), Near(surnames())
NAMES = st.sampled_from(
    [
        "Mary",
        "Mary Ann",
        "Bob",
        "Robert",
        "Katherine",
        "J",
        "Zebulon",
        "Qwxyz",
        "Smith",
        "Smith-Jones",
        "de la Cruz",
        "Lopez",
        "Li",
        "Wolfeschlegelsteinhausenbergerdorff",
        "de la",
        "-",
        "Núñez",
        "Nguyen",
    ]
)


def worth(m: float, share: float, *, rarest: float) -> float:
    return log2(m / max(share, rarest))


def of_first_name(level: Level, share: float) -> float:
    return worth(FIRST[level], share, rarest=RAREST_FIRST)


def of_surname(level: Level, share: float) -> float:
    return worth(LAST[level], share, rarest=RAREST_LAST)


def share_of_first_name(name: str) -> float:
    return float(max(FIRST_NAMES.get(name, 0) * COHORT, RAREST_FIRST))


# --- First names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mary", "robert", "jordan", "zebulon", "qwxyz"])
def test_the_same_first_name_is_worth_more_the_rarer_it_is_among_people_of_her_age(name: str) -> None:
    bits = price(name, "Lopez").first_name
    assert bits[Level.EXACT] == pytest.approx(of_first_name(Level.EXACT, share_of_first_name(name)))
    assert bits[Level.JOINED] == bits[Level.EXACT]


def test_a_name_outside_the_lists_is_worth_no_more_than_one_that_is_just_as_rare() -> None:
    bits = price("Qwxyz", "Qwxyz")
    assert bits.first_name[Level.EXACT] == pytest.approx(log2(FIRST["exact"] / RAREST_FIRST))
    assert bits.last_surname[Level.EXACT] == pytest.approx(log2(LAST["exact"] / RAREST_LAST))


@pytest.mark.parametrize("name", ["robert", "katherine", "mary"])
def test_each_other_level_of_a_first_name_is_worth_what_strangers_make_it(name: str) -> None:
    bits = price(name, "Lopez").first_name
    same = share_of_first_name(name)
    slip, alike = NEAR_FIRST.slips_and_alike(name)
    differs = log2(FIRST["differs"])
    expected = {
        Level.NICKNAME: of_first_name(
            Level.NICKNAME, sum(share_of_first_name(form) for form in forms_of(name))
        ),
        Level.FORMER: of_first_name(Level.FORMER, same * CHANCE["former_first_names_on_file"]),
        Level.PART: of_first_name(Level.PART, same * CHANCE["compound_first_names"]),
        Level.MIDDLE: of_first_name(Level.MIDDLE, same),
        Level.BEGINNING: of_first_name(Level.BEGINNING, NEAR_FIRST.beginnings(name) * COHORT),
        Level.INITIAL: of_first_name(Level.INITIAL, NEAR_FIRST.initials(name) * COHORT),
        Level.TYPO: of_first_name(Level.TYPO, slip * COHORT),
    }
    expected[Level.ALIKE] = min(
        of_first_name(Level.ALIKE, alike * COHORT), max(differs, expected[Level.TYPO])
    )
    for level, bits_by_hand in expected.items():
        assert bits[level] == pytest.approx(min(bits[Level.EXACT], max(differs, bits_by_hand))), level
    assert bits[Level.DIFFERS] == bits[Level.ABSENT] == pytest.approx(differs)


def test_the_first_part_of_a_double_first_name_is_as_common_as_that_part() -> None:
    bits = price("Mary Zebulon", "Lopez").first_name
    assert bits[Level.PART] == pytest.approx(of_first_name(Level.PART, share_of_first_name("mary")))
    # Not on any list, run together.
    assert bits[Level.EXACT] == pytest.approx(log2(FIRST["exact"] / RAREST_FIRST))


def test_a_rare_name_with_a_common_form_is_worth_little_as_a_nickname() -> None:
    rare, common = price("Xochitl", "Lopez").first_name, price("Bob", "Lopez").first_name
    assert forms_of("bob") >= {"robert"}
    assert common[Level.NICKNAME] < common[Level.EXACT]
    assert common[Level.NICKNAME] < rare[Level.EXACT]


# --- Surnames ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["smith", "lopez", "james", "lee", "quayle", "qwxyz"])
def test_each_level_of_a_surname_is_worth_what_strangers_make_it(name: str) -> None:
    bits = price("Maria", name).last_surname
    same = max(surnames().get(name, 0), RAREST_LAST)
    slip, alike = NEAR_LAST.slips_and_alike(name)
    differs = log2(LAST["differs"])
    expected = {
        Level.EXACT: of_surname(Level.EXACT, same),
        Level.FORMER: of_surname(Level.FORMER, same * CHANCE["former_names_on_file"]),
        Level.PART: of_surname(Level.PART, same * CHANCE["compound_surnames"]),
        Level.MIDDLE: of_surname(Level.MIDDLE, same + share_of_first_name(name)),
        Level.TYPO: of_surname(Level.TYPO, slip),
    }
    expected[Level.ALIKE] = min(of_surname(Level.ALIKE, alike), max(differs, expected[Level.TYPO]))
    for level, bits_by_hand in expected.items():
        assert bits[level] == pytest.approx(min(bits[Level.EXACT], max(differs, bits_by_hand))), level
    assert bits[Level.JOINED] == bits[Level.EXACT]
    assert bits[Level.DIFFERS] == bits[Level.ABSENT] == pytest.approx(differs)


def test_a_part_of_a_double_surname_is_as_common_as_all_its_parts_together() -> None:
    bits = price("Maria", "Smith-Jones").last_surname
    both = surnames()["smith"] + surnames()["jones"]
    assert bits[Level.PART] == pytest.approx(of_surname(Level.PART, both))
    assert bits[Level.EXACT] == pytest.approx(log2(LAST["exact"] / RAREST_LAST))


def test_particles_have_no_share_in_it() -> None:
    assert price("Maria", "de la Cruz").last_surname[Level.PART] == pytest.approx(
        of_surname(Level.PART, surnames()["cruz"])
    )


def test_levels_that_a_surname_does_not_have_are_worth_as_much_as_another_name() -> None:
    bits = price("Maria", "Lopez").last_surname
    for level in (Level.NICKNAME, Level.BEGINNING, Level.INITIAL):
        assert bits[level] == bits[Level.DIFFERS]


# --- Both --------------------------------------------------------------------------------------------------------


@given(NAMES, NAMES)
def test_no_level_is_worth_more_than_the_same_name_or_less_than_another_one(first: str, last: str) -> None:
    prices = price(first, last)
    for bits, m in ((prices.first_name, FIRST), (prices.last_surname, LAST)):
        assert set(bits) == set(Level)
        assert all(log2(m["differs"]) <= bits[level] <= bits[Level.EXACT] for level in Level)
        assert bits[Level.ALIKE] <= bits[Level.TYPO]


@given(NAMES, NAMES)
def test_swapped_names_are_priced_in_the_box_they_belong_in(first: str, last: str) -> None:
    prices, other_way = price(first, last), price(last, first)
    assert prices.first_name_swapped == other_way.first_name
    assert prices.last_surname_swapped == other_way.last_surname


def test_a_reading_is_worth_the_sum_of_its_names_and_less_where_swapped() -> None:
    prices = price("Maria", "Lopez")
    straight = NameLevels(first_name=Level.EXACT, last_surname=Level.TYPO)
    assert bits_of_names(straight, prices) == pytest.approx(
        prices.first_name[Level.EXACT] + prices.last_surname[Level.TYPO]
    )
    assert bits_of_names(replace(straight, swapped=True), prices) == pytest.approx(
        prices.first_name_swapped[Level.EXACT]
        + prices.last_surname_swapped[Level.TYPO]
        + log2(weights()["swapped"]["share"])
    )


def test_prices_do_not_print_names_and_cannot_be_changed() -> None:
    prices = price("Maria", "Lopez")
    assert repr(prices) == "Prices()"
    with pytest.raises(TypeError):
        prices.first_name[Level.EXACT] = 0.0  # type: ignore[index]


def test_the_figures_cannot_be_changed_by_who_reads_them() -> None:
    with pytest.raises(TypeError):
        weights()["chance"] = {}  # type: ignore[index]


def test_after_preparing_no_search_waits_for_the_lists() -> None:
    first_names.cache_clear()
    surnames.cache_clear()
    evidence._first_names_near.cache_clear()
    evidence._surnames_near.cache_clear()
    evidence._first_name_bits.cache_clear()
    evidence._last_surname_bits.cache_clear()
    prepare()
    assert first_names.cache_info().currsize == surnames.cache_info().currsize == 1
    assert evidence._first_names_near.cache_info().currsize == 1
    assert evidence._surnames_near.cache_info().currsize == 1


# --- Facts -------------------------------------------------------------------------------------------------------


def fact(name: str, level: str) -> float:
    return log2(weights()[name]["m"][level] / weights()[name]["u"][level])


@pytest.mark.parametrize("level", ["exact", "day_month", "transposed", "one_digit", "differs"])
def test_a_birth_date_is_worth_its_level(level: str) -> None:
    bits = bits_of_facts(birth_date=FactLevel(level), last4=FactLevel.ABSENT, ssn=FactLevel.ABSENT)
    assert bits == pytest.approx(fact("birth_date", level))


@pytest.mark.parametrize("level", ["exact", "transposed", "one_digit", "differs"])
def test_so_are_the_last_four(level: str) -> None:
    bits = bits_of_facts(birth_date=FactLevel.ABSENT, last4=FactLevel(level), ssn=FactLevel.ABSENT)
    assert bits == pytest.approx(fact("last4", level))


@pytest.mark.parametrize("level", ["exact", "transposed", "one_digit", "last4_only", "differs"])
@pytest.mark.parametrize("last4", list(FactLevel))
def test_a_full_ssn_speaks_for_the_last_four(level: str, last4: FactLevel) -> None:
    bits = bits_of_facts(birth_date=FactLevel.EXACT, last4=last4, ssn=FactLevel(level))
    assert bits == pytest.approx(fact("birth_date", "exact") + fact("ssn", level))


def test_what_is_not_on_file_is_no_evidence() -> None:
    absent = FactLevel.ABSENT
    assert bits_of_facts(birth_date=absent, last4=absent, ssn=absent) == 0.0


@pytest.mark.parametrize("name", ["birth_date", "last4", "ssn"])
def test_more_agreement_is_worth_more(name: str) -> None:
    """Best first, as FactLevel has them; last4_only and a slip in the SSN need not be in one order."""
    levels = [
        level for level in FactLevel if level in weights()[name]["m"] and level is not FactLevel.LAST4_ONLY
    ]
    worths = [fact(name, level) for level in levels]
    assert worths == sorted(worths, reverse=True)
    assert worths[0] > 0 > worths[-1]


# --- Thresholds --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["offer", "step_up", "near"])
def test_twice_as_many_people_need_one_bit_more(name: str) -> None:
    figure = weights()["thresholds"][name]
    assert threshold(name, population=10_000_000) == pytest.approx(log2(10_000_000) + figure)
    assert threshold(name, population=20_000_000) == pytest.approx(threshold(name, population=10_000_000) + 1)


def test_a_small_office_needs_as_much_as_a_state() -> None:
    least = weights()["thresholds"]["people_at_least"]
    for population in (0, 1, least - 1, least):
        assert threshold("offer", population=population) == threshold("offer", population=least)
    assert threshold("offer", population=least + 1) > threshold("offer", population=least)
