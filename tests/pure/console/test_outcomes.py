"""No case is a dead end: in every shape there is a way to end it, and each way stands where it can be carried out."""

from itertools import product

import pytest

from kecs.console.cases.stamps import Part, changed_since, stamp_of
from kecs.console.outcomes import Outcome, Shape, Shut, outcomes_of, why_shut
from kecs.records.kinds import CaseKind

FLAGS = (
    "account",
    "other_account",
    "holds",
    "frozen",
    "contests",
    "free",
    "taken",
    "deceased",
    "asked",
    "barred",
    "changed",
)


def shapes(kind):
    for flags in product((False, True), repeat=len(FLAGS)):
        yield Shape(kind=kind, **dict(zip(FLAGS, flags, strict=True)))


@pytest.mark.parametrize("kind", [*CaseKind, "a_kind_of_tomorrow"])
def test_there_is_always_a_way_to_end_it(kind):
    assert all(outcomes_of(shape) for shape in shapes(kind))


@pytest.mark.parametrize("kind", CaseKind)
def test_nothing_is_given_that_is_not_there_or_to_nobody(kind):
    for shape in shapes(kind):
        ways = set(outcomes_of(shape))
        assert len(ways) == len(outcomes_of(shape))
        gives = {Outcome.GIVE_EVIDENCE, Outcome.GIVE_TO_CLAIMANT, Outcome.NEW_PERSON, Outcome.CLEAR_DECEASED}
        assert shape.account or not ways & gives
        assert shape.free or Outcome.GIVE_EVIDENCE not in ways
        assert shape.taken or Outcome.GIVE_TO_CLAIMANT not in ways
        assert shape.frozen or not ways & {Outcome.UNFREEZE, Outcome.RELEASE}


def test_a_request_about_a_claim_that_is_over_or_shut_can_only_be_refused():
    for shape in shapes(CaseKind.CORRECTION):
        assert (Outcome.ACCEPT in outcomes_of(shape)) is (shape.asked and not shape.barred)


def test_what_moved_something_stays_closed_and_what_did_not_may_be_opened_again():
    assert why_shut("refuse") is None
    assert why_shut("give_evidence") is Shut.CARRIED_OUT
    assert why_shut("accepted") is Shut.ANSWERED
    assert why_shut("merged") is Shut.MERGED


def test_a_stamp_tells_which_part_changed_and_an_old_or_foreign_one_is_no_stamp():
    before = stamp_of({Part.RECORDS: ["a 1"], Part.CLAIM: []})
    assert changed_since(before, stamp_of({Part.RECORDS: ["a 1"], Part.CLAIM: []})) == ()
    assert changed_since(before, stamp_of({Part.RECORDS: ["a 2"], Part.CLAIM: []})) == (Part.RECORDS,)
    assert set(changed_since("", before)) == {Part.RECORDS, Part.CLAIM}
    assert set(changed_since("x-y.<b>", before)) == {Part.RECORDS, Part.CLAIM}
