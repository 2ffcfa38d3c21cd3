"""What holds for every claim and every set of records, whatever the names."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kecs.matching.decide import (
    Candidate,
    Claim,
    Decision,
    NewDecision,
    NewOutcome,
    OtherName,
    Outcome,
    ReviewReason,
    decide,
    decide_new,
)
from kecs.matching.evidence import bits_of_names, price
from kecs.matching.explain import explain
from kecs.matching.facts import FactLevel
from kecs.matching.findings import Finding
from kecs.matching.levels import DISAGREEING, Level, RecordNames, compare_names

# Few names, so that they meet often: nicknames, halves, twins, slips, accents, suffixes and blanks among them.
FIRST_NAMES = st.sampled_from(
    ["Mary", "Mary Ann", "Maryann", "Molly", "Mary Beth", "Robert", "Bob", "Rboert", "José", "J", "Lee", ""]
)
SURNAMES = st.sampled_from(
    ["Lee", "Smith", "Smyth", "Smith-Jones", "Jones", "Reed Jr", "Reed", "Reed Sr", "de la Cruz", "Mary", ""]
)
OTHER_NAMES = st.builds(OtherName, first_name=FIRST_NAMES, last_surname=SURNAMES)
CLAIMS = st.builds(
    Claim,
    first_name=FIRST_NAMES.filter(bool),
    last_surname=SURNAMES.filter(bool),
    birth_date=st.just(date(1985, 3, 14)),
    last4=st.just("4821"),
)
# Mostly exact, so that the names get to decide.
FACTS = st.sampled_from([FactLevel.EXACT] * 6 + [FactLevel.ONE_DIGIT, FactLevel.ABSENT, FactLevel.DIFFERS])
SSNS = st.sampled_from([FactLevel.ABSENT, FactLevel.ABSENT, FactLevel.EXACT, FactLevel.DIFFERS])
CANDIDATES = st.builds(
    Candidate,
    record_id=st.uuids().map(str),
    first_name=FIRST_NAMES,
    middle_name=FIRST_NAMES,
    last_surname=SURNAMES,
    generation_code_suffix=st.sampled_from(["", "Jr", "Sr", "III"]),
    other_names=st.lists(OTHER_NAMES, max_size=2).map(tuple),
    birth_date=FACTS,
    last4=FACTS,
    ssn=SSNS,
    account_id=st.one_of(st.none(), st.uuids().map(str)),
    deceased=st.sampled_from([False, False, False, True]),
)
WAITING = st.builds(
    Candidate,
    record_id=st.none(),
    account_id=st.uuids().map(str),
    first_name=FIRST_NAMES.filter(bool),
    last_surname=SURNAMES.filter(bool),
    birth_date=FACTS,
    last4=FACTS,
)
MANY = st.lists(CANDIDATES, max_size=5, unique_by=lambda candidate: candidate.record_id)
SOME_WAIT = st.lists(WAITING, max_size=2)
POPULATIONS = st.sampled_from([1, 300_000, 10_000_000])
SPOILT: list[dict[str, Any]] = [
    {"birth_date": FactLevel.DIFFERS},
    {"birth_date": FactLevel.ONE_DIGIT},
    {"last4": FactLevel.ABSENT},
    {"last4": FactLevel.TRANSPOSED},
    {"first_name": "Quentin", "middle_name": "", "other_names": ()},
    {"last_surname": "Quayle", "middle_name": "", "other_names": ()},
    {"generation_code_suffix": "IV"},
    {"deceased": True},
]
VOCABULARY = {finding.value for finding in Finding}


def names_of(candidate: Candidate) -> RecordNames:
    return RecordNames(
        first_name=candidate.first_name,
        middle_name=candidate.middle_name,
        last_surname=candidate.last_surname,
        generation_code_suffix=candidate.generation_code_suffix,
        other_names=candidate.other_names,
    )


def best_bits(first: str, last: str, record: RecordNames) -> float:
    prices = price(first, last)
    return max(bits_of_names(levels, prices) for levels in compare_names(first, last, record))


@given(CLAIMS, MANY, SOME_WAIT, POPULATIONS, st.randoms())
def test_the_order_of_candidates_never_matters(
    claim: Claim, records: list[Candidate], waiting: list[Candidate], population: int, random: Random
) -> None:
    candidates = records + waiting
    shuffled = list(candidates)
    random.shuffle(shuffled)
    assert decide(claim, shuffled, population=population) == decide(claim, candidates, population=population)
    assert decide_new(claim, shuffled, population=population) == decide_new(
        claim, candidates, population=population
    )


@given(CLAIMS, MANY, POPULATIONS)
def test_a_record_found_twice_is_one_record(
    claim: Claim, candidates: list[Candidate], population: int
) -> None:
    twice = candidates + candidates
    assert decide(claim, twice, population=population) == decide(claim, candidates, population=population)
    assert decide_new(claim, twice, population=population) == decide_new(
        claim, candidates, population=population
    )


@given(CLAIMS, MANY, POPULATIONS)
def test_nothing_is_offered_unless_birth_date_and_last_4_are_exact_and_first_names_agree(
    claim: Claim, candidates: list[Candidate], population: int
) -> None:
    decision = decide(claim, candidates, population=population)
    by_id = {candidate.record_id: candidate for candidate in candidates}
    for record_id in decision.record_ids:
        candidate = by_id[record_id]
        assert (candidate.birth_date, candidate.last4) == (FactLevel.EXACT, FactLevel.EXACT)
        readings = compare_names(claim.first_name, claim.last_surname, names_of(candidate))
        assert any(levels.first_name not in DISAGREEING for levels in readings)
    if decision.outcome in {Outcome.ONE, Outcome.HELD}:
        (found,) = decision.record_ids
        assert not by_id[found].deceased
        assert decision.account_id == by_id[found].account_id
        assert decision.record_id == (found if decision.outcome is Outcome.ONE else None)
        assert (decision.outcome is Outcome.HELD) == (by_id[found].account_id is not None)
    else:
        assert (decision.record_id, decision.account_id) == (None, None)


@given(CLAIMS, MANY, POPULATIONS, st.data())
def test_one_more_disagreeing_fact_never_makes_an_offer(
    claim: Claim, candidates: list[Candidate], population: int, data: st.DataObject
) -> None:
    """Monotony: over one candidate, spoiling any fact can only take an offer away."""
    for candidate in candidates:
        if decide(claim, [candidate], population=population).outcome is Outcome.NONE:
            spoilt = replace(candidate, **data.draw(st.sampled_from(SPOILT)))
            assert decide(claim, [spoilt], population=population).outcome is Outcome.NONE


@given(CLAIMS, CANDIDATES, st.data())
def test_more_agreement_never_lowers_the_evidence(
    claim: Claim, candidate: Candidate, data: st.DataObject
) -> None:
    """Putting what was typed on file, name by name, raises the bits or leaves them."""
    names = replace(names_of(candidate), generation_code_suffix="")
    before = best_bits(claim.first_name, claim.last_surname, names)
    better = data.draw(
        st.sampled_from(
            [replace(names, first_name=claim.first_name), replace(names, last_surname=claim.last_surname)]
        )
    )
    swapped = any(levels.swapped for levels in compare_names(claim.first_name, claim.last_surname, names))
    if not swapped:
        assert best_bits(claim.first_name, claim.last_surname, better) >= before - 1e-9


@given(CLAIMS, MANY)
def test_more_people_on_file_never_make_an_offer(claim: Claim, candidates: list[Candidate]) -> None:
    for candidate in candidates:
        if decide(claim, [candidate], population=300_000).outcome is Outcome.NONE:
            assert decide(claim, [candidate], population=10_000_000).outcome is Outcome.NONE


@given(CLAIMS, MANY, SOME_WAIT, POPULATIONS)
def test_who_waits_is_found_but_never_stands_in_the_way_of_a_record(
    claim: Claim, records: list[Candidate], waiting: list[Candidate], population: int
) -> None:
    alone = decide(claim, records, population=population)
    together = decide(claim, records + waiting, population=population)
    if alone.outcome in {Outcome.ONE, Outcome.HELD, Outcome.SEVERAL}:
        assert together == alone
    if together.outcome is Outcome.ONE:
        assert together.record_id in {candidate.record_id for candidate in records}


@given(CLAIMS, MANY, POPULATIONS)
def test_a_full_ssn_on_file_never_makes_a_second_person(
    claim: Claim, candidates: list[Candidate], population: int
) -> None:
    decision = decide_new(claim, candidates, population=population)
    if any(candidate.ssn is FactLevel.EXACT for candidate in candidates):
        assert decision.outcome is not NewOutcome.NEW
    if decision.outcome is NewOutcome.JOIN:
        joined = next(each for each in candidates if each.record_id == decision.record_id)
        assert joined.ssn is FactLevel.EXACT
        assert joined.account_id is None
        assert not joined.deceased
        readings = compare_names(claim.first_name, claim.last_surname, names_of(joined))
        assert any(levels.first_names_agree for levels in readings)
    assert (decision.reason is not None) == (decision.outcome is NewOutcome.REVIEW)


@given(CLAIMS, MANY, POPULATIONS)
def test_whoever_the_search_finds_is_never_new(
    claim: Claim, candidates: list[Candidate], population: int
) -> None:
    known = [replace(candidate, ssn=FactLevel.ABSENT) for candidate in candidates]
    if decide(claim, known, population=population).outcome is not Outcome.NONE:
        assert decide_new(claim, known, population=population).outcome is not NewOutcome.NEW


@given(CLAIMS, MANY, POPULATIONS)
def test_reasons_come_from_the_closed_vocabulary_and_hold_no_value(
    claim: Claim, candidates: list[Candidate], population: int
) -> None:
    for decision in (
        decide(claim, candidates, population=population),
        decide_new(claim, candidates, population=population),
    ):
        assert set(decision.because) <= VOCABULARY
        assert claim.last4 not in explain(decision)
        assert explain(decision).count("\n") == 0


@given(FIRST_NAMES.filter(bool), SURNAMES.filter(bool))
@settings(max_examples=60)
def test_swapping_the_boxes_still_reads_as_the_person(first: str, last: str) -> None:
    record = RecordNames(first_name=first, last_surname=last)
    for typed in ((first, last), (last, first)):
        assert any(
            levels.first_names_agree and levels.last_surnames_agree
            for levels in compare_names(*typed, record)
        )


@given(FIRST_NAMES, SURNAMES, FIRST_NAMES, SURNAMES)
def test_without_middle_or_former_names_agreement_goes_both_ways(
    first: str, last: str, other_first: str, other_last: str
) -> None:
    there = compare_names(first, last, RecordNames(first_name=other_first, last_surname=other_last))[0]
    back = compare_names(other_first, other_last, RecordNames(first_name=first, last_surname=last))[0]
    assert there.first_names_agree == back.first_names_agree
    assert there.last_surnames_agree == back.last_surnames_agree


def test_a_name_that_is_not_on_file_is_absent() -> None:
    (levels,) = compare_names("Mary", "Lee", RecordNames(first_name="", last_surname="-"))
    assert (levels.first_name, levels.last_surname) == (Level.ABSENT, Level.ABSENT)
    assert not levels.first_names_agree


def test_every_level_has_its_word() -> None:
    only_for_first_names = {Level.NICKNAME, Level.BEGINNING, Level.INITIAL}
    for level in set(Level) - {Level.EXACT}:
        assert f"first_name_{level}" in VOCABULARY
        assert (f"last_surname_{level}" in VOCABULARY) == (level not in only_for_first_names)


def test_every_word_can_be_read() -> None:
    decision = Decision(outcome=Outcome.ONE, record_id="r1", because=tuple(sorted(VOCABULARY)), bits=40.04)
    line = explain(decision)
    assert line.startswith("One record agrees: ")
    assert line.endswith(" Evidence: 40.0 bits.")
    assert len(line.split(";")) == len(VOCABULARY)
    assert "_" not in line


@pytest.mark.parametrize("reason", list(ReviewReason))
def test_every_reason_can_be_read(reason: ReviewReason) -> None:
    decision = NewDecision(outcome=NewOutcome.REVIEW, reason=reason, because=("ssn",), bits=1.0)
    assert explain(decision).endswith(": full SSN agrees. Evidence: 1.0 bits.")


def test_staff_read_one_line() -> None:
    decision = Decision(
        outcome=Outcome.ONE,
        record_id="r1",
        because=("birth_date", "last4", "first_name_nickname", "last_surname_former"),
        bits=38.21,
    )
    assert explain(decision) == (
        "One record agrees: birth date agrees; last 4 agrees; first name agrees as a nickname; "
        "last name differs, a former name on file agrees. Evidence: 38.2 bits."
    )


def test_claims_and_candidates_do_not_print_personal_data() -> None:
    claim = Claim(first_name="Maria", last_surname="Lopez", birth_date=date(1985, 3, 14), last4="4821")
    candidate = Candidate(
        record_id="r1",
        first_name="Maria",
        last_surname="Lopez",
        other_names=(OtherName(last_surname="Stone"),),
        birth_date=FactLevel.EXACT,
        last4=FactLevel.EXACT,
    )
    printed = repr(claim) + repr(candidate) + repr(candidate.other_names) + repr(names_of(candidate))
    for secret in ("Maria", "Lopez", "Stone", "1985", "4821"):
        assert secret not in printed
