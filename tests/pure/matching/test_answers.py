"""What a decision carries besides its outcome: which records, whose account, what agreed, and how much evidence."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

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
from kecs.matching.evidence import bits_of_facts, price, threshold, weights
from kecs.matching.explain import explain
from kecs.matching.facts import FactLevel
from kecs.matching.findings import Finding, findings_of, in_words
from kecs.matching.levels import Level, NameLevels

A_STATE = 300_000
CLAIM = Claim(first_name="Maria", last_surname="Lopez", birth_date=date(1985, 3, 14), last4="4821")
HERS = Candidate(
    record_id="r2",
    first_name="Maria",
    last_surname="Lopez",
    birth_date=FactLevel.EXACT,
    last4=FactLevel.EXACT,
)
WAITING = replace(HERS, record_id=None, account_id="w1")
ALL_EXACT = ("birth_date", "last4", "first_name", "last_surname")


def bits(
    birth_date: FactLevel = FactLevel.EXACT,
    last4: FactLevel = FactLevel.EXACT,
    ssn: FactLevel = FactLevel.ABSENT,
    first: Level = Level.EXACT,
    last: Level = Level.EXACT,
) -> float:
    prices = price("Maria", "Lopez")
    names = prices.first_name[first] + prices.last_surname[last]
    return round(names + bits_of_facts(birth_date=birth_date, last4=last4, ssn=ssn), 1)


def search(*candidates: Candidate, population: int = A_STATE) -> Decision:
    return decide(CLAIM, candidates, population=population)


def create(*candidates: Candidate, population: int = A_STATE) -> NewDecision:
    return decide_new(CLAIM, candidates, population=population)


# --- A search ----------------------------------------------------------------------------------------------------


def test_nobody_looked_at_is_nothing_to_tell() -> None:
    assert search() == Decision(outcome=Outcome.NONE)


def test_one_record_that_agrees() -> None:
    assert search(HERS) == Decision(
        outcome=Outcome.ONE, record_id="r2", record_ids=("r2",), because=ALL_EXACT, bits=bits()
    )


def test_a_held_record_is_not_named_but_its_account_is() -> None:
    assert search(replace(HERS, account_id="a1")) == Decision(
        outcome=Outcome.HELD, account_id="a1", record_ids=("r2",), because=ALL_EXACT, bits=bits()
    )


def test_an_account_that_waits_for_a_record_is_held_by_itself() -> None:
    assert search(WAITING) == Decision(outcome=Outcome.HELD, account_id="w1", because=ALL_EXACT, bits=bits())


EARLY, LATE = datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)


def test_of_the_accounts_that_wait_the_one_that_has_waited_longest_speaks() -> None:
    first, second = replace(WAITING, account_id="w9", stated_at=EARLY), replace(WAITING, stated_at=LATE)
    assert search(first, second) == search(second, first) == search(first)
    assert search(first).account_id == "w9"
    long_ago = replace(WAITING, account_id="w9")  # nobody knows since when
    assert search(replace(WAITING, stated_at=EARLY), long_ago) == search(long_ago)
    together = replace(WAITING, stated_at=EARLY)
    assert search(first, together) == search(together, first) == search(together)


def test_who_waits_does_not_count_beside_a_record() -> None:
    assert search(HERS, WAITING) == search(HERS)
    assert search(WAITING, HERS) == search(HERS)


def test_several_records_are_told_to_staff_in_order_with_what_they_have_in_common() -> None:
    formerly = replace(
        HERS, record_id="r1", last_surname="Garcia", other_names=(OtherName(last_surname="Lopez"),)
    )
    assert search(HERS, formerly) == Decision(
        outcome=Outcome.SEVERAL,
        record_ids=("r1", "r2"),
        because=("birth_date", "last4", "first_name"),
        bits=bits(),
    )


def test_one_record_found_twice_is_one() -> None:
    assert search(HERS, HERS) == search(HERS)


def test_a_record_marked_deceased_is_explained_and_not_named() -> None:
    assert search(replace(HERS, deceased=True)) == Decision(
        outcome=Outcome.NONE, because=ALL_EXACT, bits=bits()
    )


def test_where_none_agrees_the_closest_is_explained() -> None:
    near = replace(HERS, last4=FactLevel.ONE_DIGIT)
    far = replace(HERS, record_id="r1", last4=FactLevel.DIFFERS, first_name="Carl")
    for candidates in ((near, far), (far, near)):
        assert search(*candidates) == Decision(
            outcome=Outcome.NONE,
            because=("birth_date", "last4_one_digit", "first_name", "last_surname"),
            bits=bits(last4=FactLevel.ONE_DIGIT),
        )


def test_of_two_equally_close_the_first_by_name_is_explained() -> None:
    one = replace(
        HERS, record_id="r1", last4=FactLevel.ABSENT, birth_date=FactLevel.ABSENT, first_name="Carl"
    )
    other = replace(one, record_id="r2", first_name="")
    assert search(one, other).bits == search(other).bits
    assert search(one, other) == search(other, one) == search(one)
    assert search(one, other).because != search(other).because


@pytest.mark.parametrize(
    "changed",
    [
        {"birth_date": FactLevel.DAY_MONTH},
        {"birth_date": FactLevel.ONE_DIGIT},
        {"last4": FactLevel.ONE_DIGIT},
        {"last4": FactLevel.TRANSPOSED},
        {"last4": FactLevel.ABSENT},
        {"birth_date": FactLevel.ABSENT},
        {"first_name": ""},
        {"first_name": "Julia"},
    ],
)
def test_no_evidence_makes_up_for_a_slip_or_another_first_name(changed: dict[str, object]) -> None:
    assert search(replace(HERS, **changed), population=1).outcome is Outcome.NONE  # type: ignore[arg-type]


def test_all_exact_is_offered_however_many_people_there_are_and_less_is_weighed() -> None:
    assert search(HERS, population=10**15).outcome is Outcome.ONE
    joined = replace(CLAIM, first_name="Mary Ann")
    assert decide(joined, [replace(HERS, first_name="Maryann")], population=10**15).outcome is Outcome.ONE
    typo = replace(HERS, last_surname="Lopes")
    enough = bits(last=Level.TYPO)
    people = [
        people
        for people in (2**bit for bit in range(18, 60))
        if threshold("offer", population=people) < enough
    ]
    for population in (people[-1], people[-1] * 4):
        offered = search(typo, population=population).outcome is Outcome.ONE
        assert offered == (enough > threshold("offer", population=population))
    swapped = replace(HERS, first_name="Lopez", last_surname="Maria")
    assert search(swapped, population=10**15).outcome is Outcome.NONE


def test_the_better_reading_counts() -> None:
    """James Thomas and Thomas James: as typed where both readings are there."""
    claim = replace(CLAIM, first_name="James", last_surname="Thomas")
    as_typed = replace(HERS, first_name="James", last_surname="Thomas")
    swapped = replace(HERS, first_name="Thomas", last_surname="James")
    assert "names_swapped" not in decide(claim, [as_typed], population=A_STATE).because
    answer = decide(claim, [swapped], population=A_STATE)
    assert "names_swapped" in answer.because
    prices = price("Thomas", "James")
    names = prices.first_name[Level.EXACT] + prices.last_surname[Level.EXACT]
    facts = bits_of_facts(birth_date=FactLevel.EXACT, last4=FactLevel.EXACT, ssn=FactLevel.ABSENT)
    assert answer.bits is not None
    assert facts < answer.bits < facts + names


def test_the_same_name_in_both_boxes_is_read_as_typed() -> None:
    claim = replace(CLAIM, first_name="Lee", last_surname="Lee")
    same = replace(HERS, first_name="Lee", last_surname="Lee")
    assert decide(claim, [same], population=A_STATE).because == ALL_EXACT


def test_father_and_son_are_never_offered_each_others_record_however_rare_the_name() -> None:
    claim = replace(CLAIM, first_name="Qwxyz", last_surname="Vwxyz Jr")
    father = replace(HERS, first_name="Qwxyz", last_surname="Vwxyz", generation_code_suffix="Sr")
    assert decide(claim, [father], population=1).outcome is Outcome.NONE
    son = replace(father, generation_code_suffix="Jr")
    assert decide(claim, [son], population=1).outcome is Outcome.ONE


def test_middle_names_and_suffixes_on_file_are_looked_at() -> None:
    assert search(replace(HERS, first_name="Ana", middle_name="Maria")).because[2] == "first_name_middle"
    claim = replace(CLAIM, last_surname="Lopez Jr")
    decision = decide(claim, [replace(HERS, generation_code_suffix="Sr")], population=A_STATE)
    assert "last_surname_differs" in decision.because


# --- A new account -----------------------------------------------------------------------------------------------

SAME_SSN = replace(HERS, ssn=FactLevel.EXACT)
NO_SSN = replace(HERS, last4=FactLevel.ABSENT)
WITH_SSN = ("ssn", *ALL_EXACT)


def test_nobody_near_is_nothing_to_tell() -> None:
    assert create() == NewDecision(outcome=NewOutcome.NEW)
    far = replace(HERS, first_name="Carl", last_surname="Webb", last4=FactLevel.DIFFERS)
    assert create(far) == NewDecision(outcome=NewOutcome.NEW)


def test_she_joins_the_record_with_her_ssn() -> None:
    assert create(SAME_SSN) == NewDecision(
        outcome=NewOutcome.JOIN,
        record_id="r2",
        record_ids=("r2",),
        because=WITH_SSN,
        bits=bits(ssn=FactLevel.EXACT),
    )
    assert create(SAME_SSN, SAME_SSN) == create(SAME_SSN)


def review(reason: ReviewReason, *candidates: Candidate) -> NewDecision:
    decision = create(*candidates)
    assert (decision.outcome, decision.reason) == (NewOutcome.REVIEW, reason)
    assert create(*reversed(candidates)) == decision
    return decision


def test_a_record_with_her_ssn_that_is_held_names_the_holder() -> None:
    assert review(ReviewReason.ALREADY_HELD, replace(SAME_SSN, account_id="a1")) == NewDecision(
        outcome=NewOutcome.REVIEW,
        record_id="r2",
        account_id="a1",
        because=WITH_SSN,
        reason=ReviewReason.ALREADY_HELD,
        record_ids=("r2",),
        bits=bits(ssn=FactLevel.EXACT),
    )


def test_an_account_that_waits_with_her_ssn_is_named() -> None:
    decision = review(ReviewReason.ALREADY_HELD, replace(SAME_SSN, record_id=None, account_id="w1"))
    assert (decision.record_id, decision.record_ids, decision.account_id) == (None, (), "w1")


def test_two_records_with_her_ssn_are_several() -> None:
    decision = review(
        ReviewReason.SEVERAL,
        replace(SAME_SSN, record_id="r3", account_id="a2"),
        replace(SAME_SSN, record_id="r1", account_id="a1"),
    )
    assert (decision.record_id, decision.record_ids, decision.account_id) == (None, ("r1", "r3"), "a1")


def test_of_waiting_accounts_with_her_ssn_or_near_it_the_longest_waiting_speaks() -> None:
    for here in (replace(SAME_SSN, record_id=None), replace(NO_SSN, record_id=None)):
        first = replace(here, account_id="w9", stated_at=EARLY)
        second = replace(here, account_id="w1", stated_at=LATE)
        assert create(first, second) == create(second, first) == create(first)
        assert create(first).account_id == "w9"


def test_who_waits_does_not_count_beside_a_record_with_her_ssn_or_near_it() -> None:
    assert create(SAME_SSN, replace(WAITING, ssn=FactLevel.EXACT)) == create(SAME_SSN)
    assert create(NO_SSN, WAITING) == create(NO_SSN)


def test_a_dead_owner_of_her_ssn_and_one_of_another_name() -> None:
    assert review(ReviewReason.DECEASED, replace(SAME_SSN, deceased=True)).record_id == "r2"
    other = review(ReviewReason.SSN_ON_FILE_OTHER_NAME, replace(SAME_SSN, first_name="Carl"))
    assert "first_name_differs" in other.because


@pytest.mark.parametrize(
    ("birth_date", "last_surname", "outcome"),
    [
        (FactLevel.EXACT, "Webb", NewOutcome.JOIN),
        (FactLevel.ONE_DIGIT, "Webb", NewOutcome.JOIN),
        (FactLevel.TRANSPOSED, "Webb", NewOutcome.JOIN),
        (FactLevel.DAY_MONTH, "Webb", NewOutcome.JOIN),
        (FactLevel.DIFFERS, "Lopez", NewOutcome.JOIN),
        (FactLevel.ABSENT, "Lopez", NewOutcome.JOIN),
        (FactLevel.DIFFERS, "Webb", NewOutcome.REVIEW),
        (FactLevel.ABSENT, "Webb", NewOutcome.REVIEW),
        (FactLevel.ABSENT, "", NewOutcome.REVIEW),
    ],
)
def test_with_her_ssn_one_of_birth_date_and_surname_may_be_another(
    birth_date: FactLevel, last_surname: str, outcome: NewOutcome
) -> None:
    assert create(replace(SAME_SSN, birth_date=birth_date, last_surname=last_surname)).outcome is outcome


def test_her_ssn_alone_does_not_outweigh_a_world() -> None:
    another_surname = replace(SAME_SSN, last_surname="Webb")
    worth = bits(ssn=FactLevel.EXACT, last=Level.DIFFERS)
    people = int(2 ** (worth - weights()["thresholds"]["step_up"]))
    assert create(another_surname, population=people // 2).outcome is NewOutcome.JOIN
    assert create(another_surname, population=people * 2).reason is ReviewReason.SSN_ON_FILE_OTHER_NAME


def test_near_records_are_told_all_and_in_order() -> None:
    assert review(
        ReviewReason.NEAR_MATCH, replace(NO_SSN, record_id="r9", last_surname="Lopes"), NO_SSN
    ) == NewDecision(
        outcome=NewOutcome.REVIEW,
        because=("birth_date", "last4_absent", "first_name"),
        reason=ReviewReason.NEAR_MATCH,
        record_ids=("r2", "r9"),
        bits=bits(last4=FactLevel.ABSENT),
    )


def test_what_the_search_would_have_found_goes_before_what_is_near() -> None:
    assert review(ReviewReason.NEAR_MATCH, HERS, replace(NO_SSN, record_id="r9")).record_ids == ("r2",)
    assert review(ReviewReason.SEVERAL, HERS, replace(HERS, record_id="r1")).record_ids == ("r1", "r2")
    assert review(ReviewReason.DECEASED, replace(HERS, deceased=True)).record_id == "r2"
    assert review(ReviewReason.ALREADY_HELD, replace(HERS, account_id="a1")).account_id == "a1"
    assert review(ReviewReason.ALREADY_HELD, WAITING).account_id == "w1"
    # Near only: neither held nor deceased is asked.
    assert review(ReviewReason.NEAR_MATCH, replace(NO_SSN, deceased=True, account_id="a1")).account_id == "a1"


def test_how_near_is_near() -> None:
    figure = weights()["thresholds"]["near"]
    worth = bits(last4=FactLevel.ABSENT)
    # As many people as make the evidence just enough, and twice as many.
    people = int(2 ** (worth - figure))
    assert create(NO_SSN, population=people // 2).outcome is NewOutcome.REVIEW
    assert create(NO_SSN, population=people * 2).outcome is NewOutcome.NEW


# --- In words ----------------------------------------------------------------------------------------------------


def test_findings_stand_in_the_order_of_the_vocabulary() -> None:
    found = findings_of(
        names=NameLevels(first_name=Level.TYPO, last_surname=Level.DIFFERS, swapped=True),
        birth_date=FactLevel.DAY_MONTH,
        last4=FactLevel.ONE_DIGIT,
        ssn=FactLevel.LAST4_ONLY,
    )
    assert found == (
        Finding.SSN_LAST4_ONLY,
        Finding.BIRTH_DATE_DAY_MONTH,
        Finding.LAST4_ONE_DIGIT,
        Finding.FIRST_NAME_TYPO,
        Finding.LAST_SURNAME_DIFFERS,
        Finding.NAMES_SWAPPED,
    )


def test_an_ssn_that_one_side_lacks_is_left_out() -> None:
    found = findings_of(
        names=NameLevels(first_name=Level.EXACT, last_surname=Level.EXACT),
        birth_date=FactLevel.ABSENT,
        last4=FactLevel.ABSENT,
        ssn=FactLevel.ABSENT,
    )
    assert [finding.value for finding in found] == [
        "birth_date_absent",
        "last4_absent",
        "first_name",
        "last_surname",
    ]


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        ("ssn", "full SSN agrees"),
        ("ssn_last4_only", "full SSN agrees in the last four digits only"),
        ("birth_date_day_month", "birth date has day and month exchanged"),
        ("birth_date_absent", "birth date is not on file"),
        ("last4_transposed", "last 4 has two digits exchanged"),
        ("last4_one_digit", "last 4 differs in one digit"),
        ("first_name_initial", "first name agrees as an initial"),
        ("first_name_differs", "first name differs"),
        ("last_surname_middle", "last name differs, the middle name on file agrees"),
        ("last_surname_joined", "last name agrees (spelled or spaced differently)"),
        ("names_swapped", "the two names stand in each other's box"),
    ],
)
def test_a_finding_in_words(finding: str, words: str) -> None:
    assert in_words([finding]) == words


def test_a_word_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="eye_colour"):
        in_words(["eye_colour"])


def test_an_answer_about_nobody_is_one_short_line() -> None:
    assert explain(search()) == "No record may be offered."
    assert explain(create()) == "Nobody on file comes near."


def test_an_answer_names_the_reason_where_there_is_one() -> None:
    assert explain(create(replace(SAME_SSN, account_id="a1"))) == (
        "One record agrees and an account holds it already: full SSN agrees; birth date agrees; last 4 agrees; "
        f"first name agrees; last name agrees. Evidence: {bits(ssn=FactLevel.EXACT):.1f} bits."
    )
    assert explain(create(SAME_SSN)).startswith(
        "The full SSN is that of one record, which the account joins: "
    )
