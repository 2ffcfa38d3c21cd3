"""Which facts records are indexed under, and which a claim is looked up by."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.decide import Claim
from kecs.matching.keys import KeyKind, claim_keys, new_account_keys, record_keys

BORN = date(1985, 3, 14)


def claim(first: str = "Maria", last: str = "Lopez", *, born: date = BORN, last4: str = "4821") -> Claim:
    return Claim(first_name=first, last_surname=last, birth_date=born, last4=last4)


def facts(keys: tuple[tuple[KeyKind, tuple[str, ...]], ...]) -> set[str]:
    return {f"{kind.value}: {' '.join(of_kind)}" for kind, of_kind in keys}


def test_a_full_record_is_indexed_under_all_four_kinds() -> None:
    keys = record_keys(birth_date=BORN, last4="4821", ssn="900124821", surnames=("Lopez", "Núñez"))
    assert facts(keys) == {
        "birth_date+last4: 1985-03-14 4821",
        "ssn: 900124821",
        "birth_date+surname: 1985-03-14 lopez",
        "birth_date+surname: 1985-03-14 nunez",
        "last4+surname: 4821 lopez",
        "last4+surname: 4821 nunez",
    }


@pytest.mark.parametrize(
    ("born", "last4", "ssn", "surnames", "kinds"),
    [
        (None, "4821", None, ("Lopez",), {"last4+surname"}),
        (BORN, None, None, ("Lopez",), {"birth_date+surname"}),
        (BORN, None, None, (), set()),
        (None, "4821", None, (), set()),
        (None, None, None, ("Lopez",), set()),
        (BORN, None, None, ("-",), set()),
    ],
)
def test_no_small_fact_is_indexed_alone(
    born: date | None, last4: str | None, ssn: str | None, surnames: tuple[str, ...], kinds: set[str]
) -> None:
    keys = record_keys(birth_date=born, last4=last4, ssn=ssn, surnames=surnames)
    assert {key.kind.value for key in keys} == kinds


@pytest.mark.parametrize("last4", ["0000", "9999"])
def test_place_holder_last_4_is_not_indexed(last4: str) -> None:
    keys = record_keys(birth_date=BORN, last4=last4, ssn=None, surnames=("Lopez",))
    assert facts(keys) == {"birth_date+surname: 1985-03-14 lopez"}
    assert claim_keys(claim(last4=last4)) == ()


@pytest.mark.parametrize("ssn", ["123456789", "111111111", "999999999", "987654321"])
def test_a_place_holder_ssn_is_not_indexed_nor_is_its_end(ssn: str) -> None:
    keys = record_keys(birth_date=BORN, last4=ssn[-4:], ssn=ssn, surnames=("Lopez",))
    assert facts(keys) == {"birth_date+surname: 1985-03-14 lopez"}


def test_a_place_holder_birth_date_is_not_indexed() -> None:
    keys = record_keys(birth_date=date(1900, 1, 1), last4="4821", ssn=None, surnames=("Lopez",))
    assert facts(keys) == {"last4+surname: 4821 lopez"}


def test_a_search_looks_up_one_key() -> None:
    assert facts(claim_keys(claim())) == {"birth_date+last4: 1985-03-14 4821"}


def test_a_new_account_also_looks_for_near_matches() -> None:
    assert facts(new_account_keys(claim(), ssn="900124821")) == {
        "birth_date+last4: 1985-03-14 4821",
        "ssn: 900124821",
        "birth_date+surname: 1985-03-14 lopez",
        "birth_date+surname: 1985-03-14 maria",
        "last4+surname: 4821 lopez",
        "last4+surname: 4821 maria",
    }


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
    ],
)
def test_surnames_that_may_agree_meet_in_the_index(typed: str, on_file: str) -> None:
    on_record = record_keys(birth_date=BORN, last4=None, ssn=None, surnames=(on_file,))
    looked_up = new_account_keys(claim(last=typed), ssn=None)
    assert set(on_record) & set(looked_up)


@given(st.dates(), st.from_regex(r"[0-9]{4}", fullmatch=True), st.text(max_size=30))
def test_a_person_meets_her_own_record_unless_her_facts_are_place_holders(
    born: date, last4: str, surname: str
) -> None:
    on_record = record_keys(birth_date=born, last4=last4, ssn=None, surnames=(surname,))
    looked_up = claim_keys(claim(last=surname, born=born, last4=last4))
    assert set(looked_up) <= set(on_record)
    assert set(on_record) <= set(new_account_keys(claim(last=surname, born=born, last4=last4), ssn=None))


def test_a_key_does_not_print_its_facts() -> None:
    keys = record_keys(birth_date=BORN, last4="4821", ssn="900124821", surnames=("Lopez",))
    assert repr(keys[0]) == "Key(birth_date+last4)"
    for secret in ("1985", "4821", "lopez"):
        assert secret not in repr(keys)
