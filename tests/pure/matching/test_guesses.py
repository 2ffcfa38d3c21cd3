"""What counts as one guess at a record, and the finer points of the keys."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.decide import Claim
from kecs.matching.facts import birth_dates_one_slip_away, digits_one_slip_away
from kecs.matching.keys import (
    Key,
    KeyKind,
    LinkageKind,
    guessed_names,
    guessed_surnames,
    linkage_keys,
    near_keys,
    new_account_keys,
    record_keys,
    slipped_keys,
)

BORN = date(1985, 3, 14)
NAMES = st.sampled_from(
    ["Lopez", "Smith-Jones", "de la Cruz", "Müller", "Mueller", "Reed Jr", "O Brien", "J", "-", "A B C D"]
)


def claim(first: str, last: str) -> Claim:
    return Claim(first_name=first, last_surname=last, birth_date=BORN, last4="4821")


@pytest.mark.parametrize(
    ("last", "guessed"),
    [
        ("Lopez", {"lopez"}),
        ("LÓPEZ", {"lopez"}),
        ("Smith-Jones", {"smithjones", "smith", "jones"}),
        ("Smith Jones Brown", {"smithjonesbrown"}),
        ("de la Cruz", {"delacruz", "cruz"}),
        ("Reed Jr", {"reed"}),
        ("Smith J", {"smithj", "smith"}),
        ("Müller", {"muller"}),
        ("Mueller", {"muller"}),
        ("Saarinen", {"sarinen"}),
        ("Søren", {"soren"}),
        ("Soeeren", {"soren"}),
        ("Haeaex", {"hax"}),
        ("Lee", {"lee"}),
        ("-", set()),
    ],
)
def test_a_surname_counts_by_what_a_record_can_agree_with(last: str, guessed: set[str]) -> None:
    assert guessed_surnames(claim("Maria", last)) == guessed


def test_the_first_name_counts_as_well() -> None:
    assert guessed_names(claim("Mary Ann", "Smith-Jones")) == {"maryann", "smithjones", "smith", "jones"}
    assert guessed_names(claim("Jürgen", "Lopez")) == {"jurgen", "lopez"}
    assert guessed_names(claim("-", "Lopez")) == {"lopez"}


@given(NAMES, NAMES)
def test_swapping_the_boxes_is_no_new_first_guess(first: str, last: str) -> None:
    """What was typed as one name, run together, counts in either box."""
    there, back = guessed_names(claim(first, last)), guessed_names(claim(last, first))
    assert guessed_names(claim(first, first)) <= there | back


# --- Keys --------------------------------------------------------------------------------------------------------


def test_the_kinds_are_the_purposes_of_digests_on_file() -> None:
    """A changed word would leave every row in the index unfindable."""
    assert [kind.value for kind in (*KeyKind, *LinkageKind)] == [
        "birth_date+last4",
        "ssn",
        "birth_date+sound_of_last_surname",
        "birth_date+sound_of_first_name",
        "last4+sound_of_last_surname",
        "last4+sound_of_first_name",
        "last4+both_sounds",
    ]


def test_search_keys_hold_these_facts_in_this_order() -> None:
    assert record_keys(birth_date=BORN, last4="4821", ssn="900124821") == (
        Key(KeyKind.BIRTH_DATE_LAST4, ("1985-03-14", "4821")),
        Key(KeyKind.SSN, ("900124821",)),
    )
    assert record_keys(birth_date=None, last4=None, ssn="900124821") == (Key(KeyKind.SSN, ("900124821",)),)
    assert record_keys(birth_date=BORN, last4="", ssn="") == ()


def test_linkage_keys_hold_these_facts_in_this_order() -> None:
    keys = linkage_keys(
        birth_date=BORN,
        last4="4821",
        ssn="900124821",
        first_names=("Maria", "Zoe"),
        last_surnames=("Lopez",),
    )
    assert keys == (
        Key(LinkageKind.BIRTH_DATE_LAST_SOUND, ("1985-03-14", "LPS")),
        Key(LinkageKind.BIRTH_DATE_FIRST_SOUND, ("1985-03-14", "MR")),
        Key(LinkageKind.BIRTH_DATE_FIRST_SOUND, ("1985-03-14", "S")),
        Key(LinkageKind.LAST4_LAST_SOUND, ("4821", "LPS")),
        Key(LinkageKind.LAST4_FIRST_SOUND, ("4821", "MR")),
        Key(LinkageKind.LAST4_FIRST_SOUND, ("4821", "S")),
        Key(LinkageKind.LAST4_BOTH_SOUNDS, ("4821", "LPS", "MR")),
        Key(LinkageKind.LAST4_BOTH_SOUNDS, ("4821", "LPS", "S")),
    )


def test_near_keys_are_those_of_a_record_with_either_name_in_either_box() -> None:
    names = ("Maria", "Lopez")
    assert near_keys(claim("Maria", "Lopez"), ssn="900124821") == linkage_keys(
        birth_date=BORN, last4="4821", ssn="900124821", first_names=names, last_surnames=names
    )
    # The end of a made-up number leads nowhere.
    made_up = near_keys(claim("Maria", "Lopez"), ssn="123456789")
    assert {key.kind for key in made_up} == {
        LinkageKind.BIRTH_DATE_LAST_SOUND,
        LinkageKind.BIRTH_DATE_FIRST_SOUND,
    }


@given(NAMES, NAMES)
def test_the_order_of_names_and_of_boxes_never_matters_to_the_index(one: str, other: str) -> None:
    def keys(firsts: tuple[str, ...], lasts: tuple[str, ...]) -> tuple[Key, ...]:
        return linkage_keys(birth_date=BORN, last4="4821", ssn=None, first_names=firsts, last_surnames=lasts)

    assert keys((one, other), (one,)) == keys((other, one), (one,))
    assert near_keys(claim(one, other), ssn="900124821") == near_keys(claim(other, one), ssn="900124821")


def test_slipped_keys_are_search_keys_and_each_is_asked_once() -> None:
    asked = claim("Maria", "Lopez")
    keys = slipped_keys(asked, ssn="900124821")
    assert len(keys) == len(set(keys))
    assert not set(keys) & set(new_account_keys(asked, ssn="900124821"))
    pairs = [key for key in keys if key.kind is KeyKind.BIRTH_DATE_LAST4]
    assert keys == (*pairs, *[Key(KeyKind.SSN, (key.facts[0],)) for key in keys if key.kind is KeyKind.SSN])
    born_slipped = [key for key in pairs if key.facts[1] == "4821"]
    assert {key.facts for key in born_slipped} == {
        (born.isoformat(), "4821") for born in birth_dates_one_slip_away(BORN)
    }
    assert {key.facts for key in pairs} - {key.facts for key in born_slipped} == {
        ("1985-03-14", last4) for last4 in digits_one_slip_away("4821")
    }
    for made_up in ("123456789", ""):
        assert slipped_keys(asked, ssn=made_up) == tuple(pairs)
