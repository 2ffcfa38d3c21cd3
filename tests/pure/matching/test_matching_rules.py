"""What holds for every claim and every set of records, whatever the names."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kecs.matching.decide import (
    Agreement,
    Candidate,
    Claim,
    Decision,
    NewOutcome,
    OtherName,
    Outcome,
    decide,
    decide_new,
    explain,
)
from kecs.matching.levels import Level, RecordNames, compare_names

# Few names, so that they meet often: nicknames, halves, twins, accents, suffixes and blanks among them.
FIRST_NAMES = st.sampled_from(
    ["Mary", "Mary Ann", "Maryann", "Molly", "Mary Beth", "Robert", "Bob", "José", "J", "Lee", ""]
)
SURNAMES = st.sampled_from(
    ["Lee", "Smith", "Smith-Jones", "Jones", "Reed Jr", "Reed", "Reed Sr", "de la Cruz", "Mary", ""]
)
OTHER_NAMES = st.builds(OtherName, first_name=FIRST_NAMES, last_surname=SURNAMES)
CLAIMS = st.builds(
    Claim,
    first_name=FIRST_NAMES.filter(bool),
    last_surname=SURNAMES.filter(bool),
    birth_date=st.just(date(1985, 3, 14)),
    last4=st.just("4821"),
)
CANDIDATES = st.builds(
    Candidate,
    record_id=st.uuids().map(str),
    first_name=FIRST_NAMES,
    middle_name=FIRST_NAMES,
    last_surname=SURNAMES,
    generation_code_suffix=st.sampled_from(["", "Jr", "Sr", "III"]),
    other_names=st.lists(OTHER_NAMES, max_size=2).map(tuple),
    # Mostly yes, so that the names get to decide.
    birth_date_agrees=st.sampled_from([True, True, True, False]),
    last4_agrees=st.sampled_from([True, True, True, False]),
    ssn_agrees=st.sampled_from([None, None, True, False]),
    held=st.booleans(),
    deceased=st.sampled_from([False, False, False, True]),
)
MANY = st.lists(CANDIDATES, max_size=5, unique_by=lambda candidate: candidate.record_id)
SPOILT: list[dict[str, Any]] = [
    {"birth_date_agrees": False},
    {"last4_agrees": False},
    {"first_name": "Quentin", "middle_name": "", "other_names": ()},
    {"last_surname": "Quayle", "middle_name": "", "other_names": ()},
    {"generation_code_suffix": "IV"},
    {"deceased": True},
]
VOCABULARY = {agreement.value for agreement in Agreement}


@given(CLAIMS, MANY, st.randoms())
def test_the_order_of_candidates_never_matters(
    claim: Claim, candidates: list[Candidate], random: Random
) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)
    assert decide(claim, shuffled) == decide(claim, candidates)
    assert decide_new(claim, shuffled) == decide_new(claim, candidates)


@given(CLAIMS, MANY)
def test_a_record_found_twice_is_one_record(claim: Claim, candidates: list[Candidate]) -> None:
    assert decide(claim, candidates + candidates) == decide(claim, candidates)
    assert decide_new(claim, candidates + candidates) == decide_new(claim, candidates)


@given(CLAIMS, MANY)
def test_nothing_is_offered_when_birth_date_or_last_4_disagree(
    claim: Claim, candidates: list[Candidate]
) -> None:
    decision = decide(claim, candidates)
    by_id = {candidate.record_id: candidate for candidate in candidates}
    for record_id in decision.record_ids:
        assert by_id[record_id].birth_date_agrees
        assert by_id[record_id].last4_agrees
    if decision.record_id:
        assert not by_id[decision.record_id].deceased
        assert (decision.outcome is Outcome.HELD) == by_id[decision.record_id].held
        assert decision.record_ids == (decision.record_id,)
    else:
        assert decision.outcome in {Outcome.NONE, Outcome.SEVERAL}


@given(CLAIMS, MANY, st.data())
def test_one_more_disagreeing_fact_never_makes_an_offer(
    claim: Claim, candidates: list[Candidate], data: st.DataObject
) -> None:
    """Monotony: over one candidate, spoiling any fact can only take an offer away."""
    for candidate in candidates:
        before = decide(claim, [candidate])
        spoilt = replace(candidate, **data.draw(st.sampled_from(SPOILT)))
        if before.outcome is Outcome.NONE:
            assert decide(claim, [spoilt]).outcome is Outcome.NONE


@given(CLAIMS, MANY)
def test_a_full_ssn_on_file_never_makes_a_second_person(claim: Claim, candidates: list[Candidate]) -> None:
    decision = decide_new(claim, candidates)
    if any(candidate.ssn_agrees for candidate in candidates):
        assert decision.outcome is not NewOutcome.NEW
    if decision.outcome is NewOutcome.JOIN:
        joined = next(each for each in candidates if each.record_id == decision.record_id)
        assert joined.ssn_agrees
        assert not joined.held
        assert not joined.deceased
        assert compare_names(claim.first_name, claim.last_surname, names_of(joined)).first_names_agree
    assert (decision.reason is not None) == (decision.outcome is NewOutcome.REVIEW)


@given(CLAIMS, MANY)
def test_whoever_the_search_finds_is_never_new(claim: Claim, candidates: list[Candidate]) -> None:
    if decide(claim, candidates).outcome is not Outcome.NONE:
        assert decide_new(claim, candidates).outcome is not NewOutcome.NEW


@given(CLAIMS, MANY)
def test_reasons_come_from_the_closed_vocabulary_and_hold_no_value(
    claim: Claim, candidates: list[Candidate]
) -> None:
    for decision in (decide(claim, candidates), decide_new(claim, candidates)):
        assert set(decision.because) <= VOCABULARY
        assert claim.last4 not in explain(decision)
        assert explain(decision).count("\n") == 0


@given(FIRST_NAMES.filter(bool), SURNAMES.filter(bool))
@settings(max_examples=60)
def test_swapping_the_boxes_still_finds_the_person(first: str, last: str) -> None:
    record = RecordNames(first_name=first, last_surname=last)
    assert compare_names(first, last, record).both_agree
    assert compare_names(last, first, record).both_agree


@given(FIRST_NAMES, SURNAMES, FIRST_NAMES, SURNAMES)
def test_without_middle_or_former_names_agreement_goes_both_ways(
    first: str, last: str, other_first: str, other_last: str
) -> None:
    there = compare_names(first, last, RecordNames(first_name=other_first, last_surname=other_last))
    back = compare_names(other_first, other_last, RecordNames(first_name=first, last_surname=last))
    assert there.both_agree == back.both_agree


def test_a_name_that_is_not_on_file_is_absent() -> None:
    levels = compare_names("Mary", "Lee", RecordNames(first_name="", last_surname="-"))
    assert (levels.first_name, levels.last_surname) == (Level.ABSENT, Level.ABSENT)
    assert not levels.both_agree


@pytest.mark.parametrize(
    "level", [level for level in Level if level not in {Level.ABSENT, Level.DIFFERS, Level.EXACT}]
)
def test_every_level_has_its_word(level: Level) -> None:
    names = {"first_name", "last_surname"} if level is not Level.NICKNAME else {"first_name"}
    assert {f"{name}_{level}" for name in names} <= VOCABULARY


def test_claims_and_candidates_do_not_print_personal_data() -> None:
    claim = Claim(first_name="Maria", last_surname="Lopez", birth_date=date(1985, 3, 14), last4="4821")
    candidate = Candidate(
        record_id="r1",
        first_name="Maria",
        last_surname="Lopez",
        other_names=(OtherName(last_surname="Stone"),),
        birth_date_agrees=True,
        last4_agrees=True,
        held=False,
        deceased=False,
    )
    printed = repr(claim) + repr(candidate) + repr(candidate.other_names) + repr(names_of(candidate))
    for secret in ("Maria", "Lopez", "Stone", "1985", "4821"):
        assert secret not in printed


def test_staff_read_one_line() -> None:
    decision = Decision(
        outcome=Outcome.ONE, record_id="r1", because=("birth_date", "last4", "first_name_nickname")
    )
    assert explain(decision) == "One record agrees. Agrees: birth date, last 4, first name (nickname)."


def names_of(candidate: Candidate) -> RecordNames:
    return RecordNames(
        first_name=candidate.first_name,
        middle_name=candidate.middle_name,
        last_surname=candidate.last_surname,
        generation_code_suffix=candidate.generation_code_suffix,
        other_names=candidate.other_names,
    )
