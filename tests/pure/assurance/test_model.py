"""The table of levels, walked whole: every state by every event, and every sequence of events to its end."""

from itertools import combinations, product

import pytest

from kecs.assurance.levels import (
    BEGINNINGS,
    TRANSITIONS,
    Event,
    EvidenceKind,
    Illegal,
    Standing,
    State,
    begin,
    is_proved,
    seen,
    step,
)
from kecs.assurance.permissions import (
    AFTER_FRESH_SIGN_IN,
    PERMISSIONS,
    Function,
    everybody_may,
    may,
    needs_fresh_sign_in,
)

ALL = frozenset(EvidenceKind)
PROVED = {State.VERIFIED, State.FRESH}
HAPPENINGS = [(event, None) for event in Event if event is not Event.EVIDENCE_GIVEN] + [
    (Event.EVIDENCE_GIVEN, kind) for kind in EvidenceKind
]


def tables():
    """Every table of evidence that an agency could set."""
    kinds = list(EvidenceKind)
    return [frozenset(chosen) for size in range(6) for chosen in combinations(kinds, size)]


def beginnings():
    return [
        begin(event, email_confirmed=confirmed, blocked=blocked)
        for event, confirmed, blocked in product(BEGINNINGS, (False, True), (False, True))
    ]


def reached(counts):
    """Every standing that some sequence of events leads to, of whatever length, and each step on the way."""
    known = set(beginnings())
    edges = []
    new = list(known)
    while new:
        standing = new.pop()
        for event, kind in HAPPENINGS:
            try:
                after = step(standing, event, counts=counts, evidence=kind)
            except Illegal:
                continue
            edges.append((standing, event, kind, after))
            if after not in known:
                known.add(after)
                new.append(after)
    return known, edges


@pytest.mark.parametrize("counts", tables(), ids=lambda counts: "+".join(sorted(counts)) or "none")
def test_no_path_reaches_verified_without_evidence_and_a_confirmed_address(counts):
    known, edges = reached(counts)
    assert not any(each.state in PROVED for each in beginnings())
    for before, event, kind, after in edges:
        if after.state in PROVED and before.state not in PROVED:
            assert after.evidence & counts, (before, event, kind)
            assert after.email_confirmed, (before, event, kind)
            assert not after.blocked, (before, event, kind)
    assert {each.state for each in known} >= ({State.VERIFIED} if counts else {State.PROVISIONAL})
    if not counts:
        assert not any(each.state in PROVED for each in known)


def test_whoever_is_verified_has_the_evidence_still():
    known, _edges = reached(ALL)
    for standing in known:
        if standing.state in PROVED:
            assert standing.evidence
            assert standing.email_confirmed


def test_every_state_can_be_reached_and_left_but_the_last():
    known, edges = reached(ALL)
    assert {each.state for each in known} == set(State)
    left = {before.state for before, _event, _kind, after in edges if before.state is not after.state}
    assert left == set(State) - {State.RELEASED}


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_each_pair_is_in_the_table_or_refused(state, event):
    kind = EvidenceKind.STAFF_CHECK if event is Event.EVIDENCE_GIVEN else None
    standing = Standing(state=state)
    if (state, event) in TRANSITIONS:
        assert step(standing, event, counts=ALL, evidence=kind).state in State
    else:
        with pytest.raises(Illegal):
            step(standing, event, counts=ALL, evidence=kind)


# The pairs that matter most, by hand: a slip in the table must not pass because the test reads the same table.
BY_HAND = [
    (State.PROVISIONAL, Event.LAPSED, State.RELEASED),
    (State.PROVISIONAL, Event.SUPERSEDED, State.RELEASED),
    (State.PROVISIONAL, Event.DISAVOWED, State.FROZEN),
    (State.PROVISIONAL, Event.EMAIL_CONFIRMED, State.PROVISIONAL),
    (State.PROVISIONAL, Event.SIGNED_IN, None),
    (State.UNDER_REVIEW, Event.LAPSED, None),
    (State.CONTESTING, Event.DISAVOWED, State.RELEASED),
    (State.CONTESTING, Event.SUPERSEDED, None),
    (State.VERIFIED, Event.LAPSED, None),
    (State.VERIFIED, Event.SUPERSEDED, None),
    (State.VERIFIED, Event.DISAVOWED, State.FROZEN),
    (State.FRESH, Event.DISAVOWED, State.FROZEN),
    (State.FRESH, Event.TEN_MINUTES_PASSED, State.VERIFIED),
    (State.FROZEN, Event.EVIDENCE_GIVEN, None),
    (State.FROZEN, Event.UNFROZEN, State.PROVISIONAL),
    (State.FROZEN, Event.SUPERSEDED, State.RELEASED),
    (State.PROVISIONAL, Event.UNFROZEN, None),
    *[(State.RELEASED, event, None) for event in Event],
]


@pytest.mark.parametrize(("state", "event", "after"), BY_HAND)
def test_what_follows_as_the_policy_says(state, event, after):
    kind = EvidenceKind.STAFF_CHECK if event is Event.EVIDENCE_GIVEN else None
    if after is None:
        with pytest.raises(Illegal):
            step(Standing(state=state), event, counts=ALL, evidence=kind)
    else:
        assert step(Standing(state=state), event, counts=ALL, evidence=kind).state is after


@pytest.mark.parametrize("kind", EvidenceKind)
@pytest.mark.parametrize("event", BEGINNINGS)
@pytest.mark.parametrize("evidence_first", [True, False])
def test_evidence_and_address_verify_in_either_order(event, kind, evidence_first):
    def proves(standing):
        return step(standing, Event.EVIDENCE_GIVEN, counts=ALL, evidence=kind)

    def confirms(standing):
        return step(standing, Event.EMAIL_CONFIRMED, counts=ALL)

    first, second = (proves, confirms) if evidence_first else (confirms, proves)
    half = first(begin(event))
    assert half.state is BEGINNINGS[event]
    assert second(half).state is State.VERIFIED


def test_a_kind_that_does_not_count_proves_nothing():
    standing = step(begin(Event.CLAIMED), Event.EMAIL_CONFIRMED, counts=ALL)
    counts = ALL - {EvidenceKind.LETTER_CODE}
    after = step(standing, Event.EVIDENCE_GIVEN, counts=counts, evidence=EvidenceKind.LETTER_CODE)
    assert after.state is State.PROVISIONAL
    assert step(after, Event.LAPSED, counts=counts).state is State.RELEASED


def test_a_claim_with_evidence_does_not_lapse():
    standing = step(begin(Event.CLAIMED), Event.EVIDENCE_GIVEN, counts=ALL, evidence=EvidenceKind.LETTER_CODE)
    with pytest.raises(Illegal):
        step(standing, Event.LAPSED, counts=ALL)


def test_evidence_from_before_the_alarm_counts_no_more():
    standing = step(begin(Event.CLAIMED), Event.EMAIL_CONFIRMED, counts=ALL)
    standing = step(standing, Event.EVIDENCE_GIVEN, counts=ALL, evidence=EvidenceKind.CODE_TO_ADDRESS)
    standing = step(step(standing, Event.DISAVOWED, counts=ALL), Event.UNFROZEN, counts=ALL)
    assert (standing.state, standing.evidence) == (State.PROVISIONAL, frozenset())


def test_a_contest_waits_for_staff_while_somebody_verified_holds_the_record():
    standing = begin(Event.CONTESTED, email_confirmed=True, blocked=True)
    standing = step(standing, Event.EVIDENCE_GIVEN, counts=ALL, evidence=EvidenceKind.CODE_TO_ADDRESS)
    assert standing.state is State.CONTESTING
    assert not is_proved(standing, counts=ALL)
    assert step(standing, Event.HOLDER_GONE, counts=ALL).state is State.VERIFIED


def test_only_a_beginning_begins():
    for event in set(Event) - set(BEGINNINGS):
        with pytest.raises(Illegal):
            begin(event)


def test_fresh_is_seen_in_the_verified_only():
    for state in State:
        assert (seen(state, fresh=True) is State.FRESH) == (state in PROVED)
        assert seen(state, fresh=False) is state


# --- What each state may do --------------------------------------------------------------------------------------


def test_the_table_of_permissions_knows_every_function():
    assert set(PERMISSIONS) == set(Function)


def test_nobody_sees_a_record_without_proof():
    for state in State:
        assert may(state, Function.SEE_RECORD) == (state in PROVED)


def test_who_signed_in_just_now_may_do_whatever_the_verified_may_and_more():
    assert all(may(State.FRESH, each) for each in Function if may(State.VERIFIED, each))
    for state in State:
        assert not any(needs_fresh_sign_in(state, each, fresh=True) for each in Function)
        asked = {each for each in Function if needs_fresh_sign_in(state, each, fresh=False)}
        assert asked == {each for each in AFTER_FRESH_SIGN_IN if may(state, each)}


def test_only_what_depends_on_no_state_is_open_to_everybody():
    assert {each for each in Function if everybody_may(each)} == {
        Function.SEE_HOME,
        Function.KEEP_ACCOUNT,
        Function.CHANGE_ACCOUNT,
    }


def test_the_frozen_keep_their_account_and_no_more():
    allowed = {each for each in Function if may(State.FROZEN, each)}
    assert allowed == {Function.SEE_HOME, Function.KEEP_ACCOUNT, Function.CHANGE_ACCOUNT}
