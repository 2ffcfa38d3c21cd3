"""More agreement never lowers a level, the evidence or the outcome; and no order matters that should not."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kecs.matching.decide import Candidate, Claim, NewOutcome, OtherName, Outcome, decide, decide_new
from kecs.matching.evidence import bits_of_facts, bits_of_names, price, weights
from kecs.matching.facts import FactLevel
from kecs.matching.levels import RecordNames, compare_names, surname_parts

FIRST_NAMES = st.sampled_from(
    [
        "Mary",
        "Mary Ann",
        "Maryann",
        "Molly",
        "Marya",
        "Robert",
        "Bob",
        "Rboert",
        "José",
        "J",
        "Lee",
        "Zebulon",
    ]
)
SURNAMES = st.sampled_from(
    [
        "Lee",
        "Smith",
        "Smyth",
        "Smith-Jones",
        "Jones",
        "Reed Jr",
        "Reed",
        "Reed Sr",
        "de la Cruz",
        "Mary",
        "Quayle",
    ]
)
WORDS = st.text(alphabet="aehilmnorsty", min_size=1, max_size=9)
OTHER_NAMES = st.lists(
    st.builds(
        OtherName,
        first_name=st.one_of(st.just(""), FIRST_NAMES),
        last_surname=st.one_of(st.just(""), SURNAMES),
    ),
    max_size=3,
).map(tuple)
CLAIMS = st.builds(
    Claim,
    first_name=FIRST_NAMES,
    last_surname=SURNAMES,
    birth_date=st.just(date(1985, 3, 14)),
    last4=st.just("4821"),
)
CANDIDATES = st.builds(
    Candidate,
    record_id=st.just("record"),
    first_name=st.one_of(st.just(""), FIRST_NAMES),
    middle_name=st.one_of(st.just(""), FIRST_NAMES),
    last_surname=st.one_of(st.just(""), SURNAMES),
    generation_code_suffix=st.sampled_from(["", "", "Jr", "Sr"]),
    other_names=OTHER_NAMES,
    birth_date=st.sampled_from([level for level in FactLevel if level is not FactLevel.LAST4_ONLY]),
    last4=st.sampled_from(
        [FactLevel.EXACT, FactLevel.TRANSPOSED, FactLevel.ONE_DIGIT, FactLevel.ABSENT, FactLevel.DIFFERS]
    ),
)
POPULATIONS = st.sampled_from([1, 300_000, 10_000_000])
SEARCH_RANK = {Outcome.NONE: 0, Outcome.ONE: 1}
NEW_RANK = {NewOutcome.NEW: 0, NewOutcome.REVIEW: 1, NewOutcome.JOIN: 2}
# Least agreement first. Nothing on file is no evidence either way.
BIRTH_DATE_LEVELS = ["differs", "absent", "one_digit", "transposed", "day_month", "exact"]
LAST4_LEVELS = ["differs", "absent", "one_digit", "transposed", "exact"]
SSN_LEVELS = ["differs", "last4_only", "one_digit", "transposed", "exact"]


def names_of(candidate: Candidate) -> RecordNames:
    return RecordNames(
        first_name=candidate.first_name,
        middle_name=candidate.middle_name,
        last_surname=candidate.last_surname,
        generation_code_suffix=candidate.generation_code_suffix,
        other_names=candidate.other_names,
    )


def evidence(claim: Claim, candidate: Candidate) -> float:
    prices = price(claim.first_name, claim.last_surname)
    readings = compare_names(claim.first_name, claim.last_surname, names_of(candidate))
    names = max(bits_of_names(levels, prices) for levels in readings)
    return names + bits_of_facts(birth_date=candidate.birth_date, last4=candidate.last4, ssn=candidate.ssn)


def is_read_swapped(claim: Claim, candidate: Candidate) -> bool:
    """Then a name put right in its own box is a name put wrong."""
    return len(compare_names(claim.first_name, claim.last_surname, names_of(candidate))) > 1


def improved(candidate: Candidate, claim: Claim) -> st.SearchStrategy[Candidate]:
    """The same candidate, with one attribute more that agrees."""
    better: list[dict[str, Any]] = [
        {"birth_date": FactLevel.EXACT},
        {"last4": FactLevel.EXACT},
        {"first_name": claim.first_name},
        {"last_surname": claim.last_surname},
    ]
    return st.sampled_from(better).map(lambda changed: replace(candidate, **changed))


# --- Monotony ----------------------------------------------------------------------------------------------------


@given(CLAIMS, CANDIDATES, POPULATIONS, st.data())
def test_one_more_agreement_never_lowers_the_outcome_of_a_search(
    claim: Claim, candidate: Candidate, population: int, data: st.DataObject
) -> None:
    assume(not is_read_swapped(claim, candidate))
    better = data.draw(improved(candidate, claim))
    before = decide(claim, [candidate], population=population)
    after = decide(claim, [better], population=population)
    assert SEARCH_RANK[after.outcome] >= SEARCH_RANK[before.outcome]
    assert after.bits is not None
    assert before.bits is not None
    assert after.bits >= before.bits


@given(CLAIMS, CANDIDATES, POPULATIONS, st.sampled_from(["absent", *SSN_LEVELS]), st.data())
def test_one_more_agreement_never_lowers_the_outcome_of_a_new_account(
    claim: Claim, candidate: Candidate, population: int, ssn: str, data: st.DataObject
) -> None:
    candidate = replace(candidate, ssn=FactLevel(ssn))
    assume(not is_read_swapped(claim, candidate))
    better = data.draw(improved(candidate, claim))
    before = decide_new(claim, [candidate], population=population)
    after = decide_new(claim, [better], population=population)
    assert NEW_RANK[after.outcome] >= NEW_RANK[before.outcome]


@given(CLAIMS, CANDIDATES, POPULATIONS)
def test_the_full_ssn_never_lowers_the_outcome_of_a_new_account(
    claim: Claim, candidate: Candidate, population: int
) -> None:
    outcomes = [
        NEW_RANK[decide_new(claim, [replace(candidate, ssn=FactLevel(ssn))], population=population).outcome]
        for ssn in SSN_LEVELS
    ]
    assert outcomes == sorted(outcomes)


@given(CLAIMS, CANDIDATES, st.sampled_from(BIRTH_DATE_LEVELS), st.sampled_from(BIRTH_DATE_LEVELS))
def test_a_better_birth_date_is_never_worth_less(
    claim: Claim, candidate: Candidate, one: str, other: str
) -> None:
    worse, better = sorted((one, other), key=BIRTH_DATE_LEVELS.index)
    assert evidence(claim, replace(candidate, birth_date=FactLevel(worse))) <= evidence(
        claim, replace(candidate, birth_date=FactLevel(better))
    )


@pytest.mark.parametrize(
    ("name", "levels"),
    [("birth_date", BIRTH_DATE_LEVELS), ("last4", LAST4_LEVELS), ("ssn", SSN_LEVELS)],
)
def test_the_figures_of_the_facts_are_in_order(name: str, levels: list[str]) -> None:
    figures = weights()[name]
    worth = [figures["m"][level] / figures["u"][level] for level in levels if level != "absent"]
    assert worth == sorted(worth)
    assert worth[0] < 1 < worth[1 if name != "ssn" else -1]


@given(CLAIMS, CANDIDATES, st.data())
def test_a_former_name_that_agrees_never_makes_two_first_names_or_surnames_disagree(
    claim: Claim, candidate: Candidate, data: st.DataObject
) -> None:
    former = data.draw(
        st.sampled_from([OtherName(first_name=claim.first_name), OtherName(last_surname=claim.last_surname)])
    )
    before = compare_names(claim.first_name, claim.last_surname, names_of(candidate))[0]
    more = replace(candidate, other_names=(*candidate.other_names, former))
    after = compare_names(claim.first_name, claim.last_surname, names_of(more))[0]
    assert after.first_names_agree >= before.first_names_agree
    assert after.last_surnames_agree >= before.last_surnames_agree


@given(CLAIMS, CANDIDATES)
def test_a_full_match_is_worth_the_most(claim: Claim, candidate: Candidate) -> None:
    perfect = replace(
        candidate,
        first_name=claim.first_name,
        last_surname=claim.last_surname,
        generation_code_suffix="",
        birth_date=FactLevel.EXACT,
        last4=FactLevel.EXACT,
    )
    assert evidence(claim, perfect) >= evidence(claim, candidate)
    for population in (1, 10_000_000):
        assert decide(claim, [perfect], population=population).outcome is Outcome.ONE


# --- Symmetry ----------------------------------------------------------------------------------------------------


@given(WORDS, WORDS)
def test_names_of_one_word_agree_as_well_both_ways(one: str, other: str) -> None:
    assume(surname_parts((one,)) and surname_parts((other,)))  # a particle alone is no surname
    there = compare_names(one, one, RecordNames(first_name=other, last_surname=other))[0]
    back = compare_names(other, other, RecordNames(first_name=one, last_surname=one))[0]
    assert there == back


@given(FIRST_NAMES, SURNAMES)
def test_a_record_of_just_these_names_agrees_exactly(first: str, last: str) -> None:
    levels = compare_names(first, last, RecordNames(first_name=first, last_surname=last))[0]
    assert (levels.first_name.value, levels.last_surname.value) == ("exact", "exact")


# --- Order -------------------------------------------------------------------------------------------------------


@given(CLAIMS, CANDIDATES, POPULATIONS, st.randoms())
def test_the_order_of_former_names_never_matters(
    claim: Claim, candidate: Candidate, population: int, random: Random
) -> None:
    shuffled = list(candidate.other_names)
    random.shuffle(shuffled)
    other = replace(candidate, other_names=tuple(shuffled))
    assert decide(claim, [other], population=population) == decide(claim, [candidate], population=population)


@given(WORDS, WORDS)
def test_the_order_of_the_halves_of_a_surname_never_keeps_it_from_agreeing(one: str, other: str) -> None:
    assume(surname_parts((one,)) and surname_parts((other,)))
    record = RecordNames(first_name="Maria", last_surname=f"{one}-{other}")
    assert compare_names("Maria", f"{other} {one}", record)[0].last_surnames_agree


@given(FIRST_NAMES, SURNAMES, POPULATIONS)
def test_the_order_of_the_boxes_changes_the_evidence_and_not_the_person(
    first: str, last: str, population: int
) -> None:
    candidate = Candidate(
        record_id="record",
        first_name=first,
        last_surname=last,
        birth_date=FactLevel.EXACT,
        last4=FactLevel.EXACT,
    )
    claim = Claim(first_name=first, last_surname=last, birth_date=date(1985, 3, 14), last4="4821")
    swapped = replace(claim, first_name=last, last_surname=first)
    straight = decide(claim, [candidate], population=population)
    assert straight.record_id == "record"
    answer = decide(swapped, [candidate], population=population)
    assert answer.outcome in {Outcome.ONE, Outcome.NONE}
    if answer.outcome is Outcome.ONE:
        assert answer.record_id == "record"
    assert (answer.bits or 0) <= (straight.bits or 0)
