"""Which facts records are indexed under, and which a claim is looked up by."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.decide import Claim
from kecs.matching.facts import FactLevel, compare_birth_dates, compare_last4
from kecs.matching.keys import (
    Key,
    KeyKind,
    claim_keys,
    linkage_keys,
    near_keys,
    new_account_keys,
    record_keys,
    slipped_keys,
)

BORN = date(1985, 3, 14)
LAST4 = st.from_regex(r"[0-9]{4}", fullmatch=True)


def claim(first: str = "Maria", last: str = "Lopez", *, born: date = BORN, last4: str = "4821") -> Claim:
    return Claim(first_name=first, last_surname=last, birth_date=born, last4=last4)


def facts(keys: tuple[Key, ...]) -> set[str]:
    return {f"{key.kind.value}: {' '.join(key.facts)}" for key in keys}


def kinds(keys: tuple[Key, ...]) -> set[str]:
    return {key.kind.value for key in keys}


def linked(
    *,
    born: date | None = BORN,
    last4: str | None = "4821",
    ssn: str | None = None,
    firsts: tuple[str, ...] = ("Maria",),
    lasts: tuple[str, ...] = ("Lopez",),
) -> tuple[Key, ...]:
    return linkage_keys(birth_date=born, last4=last4, ssn=ssn, first_names=firsts, last_surnames=lasts)


def test_a_search_looks_up_one_key() -> None:
    assert facts(claim_keys(claim())) == {"birth_date+last4: 1985-03-14 4821"}


def test_a_new_account_looks_up_the_full_ssn_too_and_no_name() -> None:
    assert facts(new_account_keys(claim(), ssn="900124821")) == {
        "birth_date+last4: 1985-03-14 4821",
        "ssn: 900124821",
    }


def test_a_record_stands_under_what_is_looked_up() -> None:
    assert record_keys(birth_date=BORN, last4="4821", ssn="900124821") == new_account_keys(
        claim(), ssn="900124821"
    )


def test_linkage_keys_are_two_facts_together_names_by_their_sound() -> None:
    assert facts(linked()) == {
        "birth_date+sound_of_first_name: 1985-03-14 MR",
        "birth_date+sound_of_last_surname: 1985-03-14 LPS",
        "last4+both_sounds: 4821 LPS MR",
        "last4+sound_of_first_name: 4821 MR",
        "last4+sound_of_last_surname: 4821 LPS",
    }


def test_former_names_and_halves_have_keys_of_their_own() -> None:
    assert {key.facts[1] for key in linked(lasts=("Lopez", "Webb-Stone"), last4=None, firsts=())} == {
        "LPS",
        "WBSTN",
        "WB",
        "STN",
    }


@pytest.mark.parametrize(
    ("born", "last4", "names", "found"),
    [
        (
            None,
            "4821",
            ("Lopez",),
            {"last4+sound_of_last_surname", "last4+sound_of_first_name", "last4+both_sounds"},
        ),
        (BORN, None, ("Lopez",), {"birth_date+sound_of_last_surname", "birth_date+sound_of_first_name"}),
        (BORN, "4821", (), set()),
        (None, None, ("Lopez",), set()),
        (BORN, "4821", ("-",), set()),
    ],
)
def test_no_small_fact_is_indexed_alone(
    born: date | None, last4: str | None, names: tuple[str, ...], found: set[str]
) -> None:
    assert kinds(linked(born=born, last4=last4, firsts=names, lasts=names)) == found
    if not (born and last4):
        assert record_keys(birth_date=born, last4=last4, ssn=None) == ()


@pytest.mark.parametrize("last4", ["0000", "9999"])
def test_place_holder_last_4_is_not_indexed(last4: str) -> None:
    assert record_keys(birth_date=BORN, last4=last4, ssn=None) == ()
    assert not any(kind.startswith("last4") for kind in kinds(linked(last4=last4)))


def test_a_number_that_ends_like_a_place_holder_is_found_by_its_end() -> None:
    whole = record_keys(birth_date=BORN, last4="9999", ssn="901229999")
    assert [key.kind for key in whole] == [KeyKind.BIRTH_DATE_LAST4, KeyKind.SSN]
    assert claim_keys(claim(last4="9999")) == whole[:1]
    assert any(kind.startswith("last4") for kind in kinds(linked(last4="9999", ssn="901229999")))
    # No number ends in four noughts.
    assert claim_keys(claim(last4="0000")) == ()
    assert [key.kind for key in record_keys(birth_date=BORN, last4="0000", ssn="901220000")] == [KeyKind.SSN]


@pytest.mark.parametrize("ssn", ["123456789", "111111111", "999999999", "987654321", "000000000"])
def test_a_place_holder_ssn_is_not_indexed_nor_is_its_end(ssn: str) -> None:
    assert record_keys(birth_date=BORN, last4=ssn[-4:], ssn=ssn) == ()
    assert not any(kind.startswith("last4") for kind in kinds(linked(last4=ssn[-4:], ssn=ssn)))


@pytest.mark.parametrize("born", [date(1900, 1, 1), date(1901, 1, 1)])
def test_a_place_holder_birth_date_is_not_indexed(born: date) -> None:
    assert record_keys(birth_date=born, last4="4821", ssn=None) == ()
    assert not any(kind.startswith("birth_date") for kind in kinds(linked(born=born)))


@pytest.mark.parametrize(
    ("typed", "on_file"),
    [
        ("Jones", "Smith-Jones"),
        ("Smith-Jones", "Jones"),
        ("Mueller", "Müller"),
        ("Muller", "Müller"),
        ("O Brien", "O'Brien"),
        ("Cruz", "de la Cruz"),
        ("Reed", "Reed Jr."),
        ("Smyth", "Smith"),
        ("Katherine", "Catherine"),
    ],
)
def test_names_that_sound_alike_meet_in_the_index_in_either_box(typed: str, on_file: str) -> None:
    on_record = {key for key in linked(lasts=(on_file,), firsts=("Zoe",)) if on_file not in key.facts}
    assert on_record & set(near_keys(claim(last=typed), ssn="900124821"))
    assert on_record & set(near_keys(claim(first=typed, last="Else"), ssn="900124821"))


@given(st.dates(min_value=date(1905, 1, 1), max_value=date(2010, 12, 31)), LAST4)
def test_slipped_keys_are_all_one_slip_away_and_none_is_the_key_itself(born: date, last4: str) -> None:
    asked = claim(born=born, last4=last4)
    keys = slipped_keys(asked, ssn="000000000")  # no number to slip in
    assert len(keys) == len(set(keys))
    assert not set(keys) & set(claim_keys(asked))
    slips = {FactLevel.ONE_DIGIT, FactLevel.TRANSPOSED, FactLevel.DAY_MONTH}
    for key in keys:
        other_born, other_last4 = date.fromisoformat(key.facts[0]), key.facts[1]
        levels = {compare_birth_dates(born, other_born), compare_last4(last4, other_last4)}
        assert len(levels & slips) == 1
        assert FactLevel.EXACT in levels


def test_every_single_slip_is_looked_up() -> None:
    """39 of the last 4, and every possible date that differs in one digit, two neighbours or day and month."""
    keys = slipped_keys(claim(born=date(1985, 3, 4), last4="4821"), ssn="900114821")
    numbers = {key.facts[0] for key in keys if key.kind is KeyKind.SSN}
    assert {"900114812", "901014821", "900114820", "800114821"} <= numbers
    assert "900114821" not in numbers
    assert len(numbers) == 9 * 9 + 6
    found = {key.facts for key in keys}
    assert ("1985-03-04", "4812") in found
    assert ("1985-03-04", "4820") in found
    assert ("1985-04-03", "4821") in found
    assert ("1958-03-04", "4821") in found
    assert ("1985-03-14", "4821") in found
    assert len([key for key in keys if key.facts[0] == "1985-03-04"]) == 39


@given(st.dates(), LAST4 | st.sampled_from(["0000", "9999"]))
def test_a_person_meets_her_own_record_unless_her_facts_are_place_holders(born: date, last4: str) -> None:
    asked = claim_keys(claim(born=born, last4=last4))
    whole = record_keys(birth_date=born, last4=last4, ssn=f"90155{last4}")
    assert asked == tuple(key for key in whole if key.kind is KeyKind.BIRTH_DATE_LAST4)
    assert record_keys(birth_date=born, last4=last4, ssn=None) == (() if last4 == "9999" else asked)


def test_a_key_does_not_print_its_facts() -> None:
    keys = (*record_keys(birth_date=BORN, last4="4821", ssn="900124821"), *linked())
    assert repr(keys[0]) == "Key(birth_date+last4)"
    for secret in ("1985", "4821", "LPS", "lopez"):
        assert secret not in repr(keys)
