"""The flow as a table: every step against every state a registration can be in."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from kecs.matching.decide import Claim, Outcome
from kecs.registration.flow import (
    STEPS,
    Choice,
    Registration,
    Step,
    choices_after,
    chosen,
    may_be_at,
    undone,
    where_now,
)

CLAIM = Claim(first_name="María", last_surname="Fuentes", birth_date=date(1985, 4, 9), last4="4321")


def found(outcome, choice=None):
    """A registration after a search."""
    return Registration(
        key="k",
        searched_at=datetime(2026, 1, 1, tzinfo=UTC),
        claim=CLAIM,
        outcome=outcome,
        record_id="r" if outcome is Outcome.ONE else None,
        account_id="a" if outcome is Outcome.HELD else None,
        choice=choice,
    )


@pytest.mark.parametrize(
    ("registration", "furthest"),
    [
        (None, Step.SEARCH),
        *[(found(outcome), Step.MATCH) for outcome in Outcome],
        (found(Outcome.ONE, Choice.THIS_IS_ME), Step.ACCOUNT),
        (found(Outcome.NONE, Choice.CREATE_NEW), Step.ACCOUNT),
        (found(Outcome.SEVERAL, Choice.CREATE_NEW), Step.ACCOUNT),
    ],
)
def test_a_page_may_be_shown_up_to_the_furthest_step_and_no_further(registration, furthest):
    assert where_now(registration) is furthest
    steps = list(Step)
    for step in steps:
        assert may_be_at(step, registration) is (steps.index(step) <= steps.index(furthest))


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("choice", list(Choice))
def test_a_choice_counts_only_where_the_page_offers_it(outcome, choice):
    before = found(outcome)
    after = chosen(before, choice)
    if choice not in choices_after(outcome):
        assert after == before
    elif choice is Choice.NOT_ME:
        assert (after.outcome, after.record_id, after.choice) == (Outcome.NONE, None, None)
    else:
        assert after == replace(before, choice=choice)
        assert where_now(after) is Step.ACCOUNT


@pytest.mark.parametrize(
    ("outcome", "record_id", "choice"),
    [
        (Outcome.ONE, None, None),
        (Outcome.NONE, "r", None),
        (Outcome.HELD, "r", Choice.THIS_IS_ME),
        (Outcome.NONE, None, Choice.THIS_IS_ME),
        (Outcome.ONE, "r", Choice.CREATE_NEW),
    ],
)
def test_a_registration_that_cannot_be_is_refused(outcome, record_id, choice):
    with pytest.raises(ValueError, match=r"record|account"):
        replace(found(Outcome.NONE), outcome=outcome, record_id=record_id, choice=choice)


def test_going_back_undoes_what_came_after():
    registration = found(Outcome.ONE, Choice.THIS_IS_ME)
    assert undone(registration, Step.SEARCH) is None
    assert undone(registration, Step.MATCH) == replace(registration, choice=None)
    assert undone(registration, Step.ACCOUNT) == registration


def test_no_print_shows_what_was_typed():
    text = repr(found(Outcome.ONE))
    for secret in ("María", "Fuentes", "4321", "1985", "'k'"):
        assert secret not in text


def test_every_step_is_told_of():
    assert [info.step for info in STEPS] == list(Step)
