"""PURE. The states of a hold on a record, and what leads from one to another: one table, checked by walking all of it.

A match says which record, never who is asking. So nothing leads to VERIFIED but a piece of evidence that an agency's
table counts, together with a confirmed e-mail address; tests/pure/assurance walks every state, event and sequence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """How sure we are, from where an account stands."""

    UNDER_REVIEW = "under_review"  # a new record, or one that staff must look at: level 0
    CONTESTING = "contesting"  # says that the record which another account holds is hers: level 0
    PROVISIONAL = "provisional"  # the facts typed match; that is no proof: level 1
    VERIFIED = "verified"  # and evidence that a thief with the facts does not have: level 2
    FRESH = "fresh"  # and a sign-in under ten minutes ago; computed, never stored: level 3
    FROZEN = "frozen"  # somebody reached through an address on file said "this wasn't me"
    RELEASED = "released"  # over


class Event(StrEnum):
    """What can happen to a hold on a record."""

    RECORD_MADE = "record_made"
    CLAIMED = "claimed"
    CONTESTED = "contested"
    EVIDENCE_GIVEN = "evidence_given"
    EMAIL_CONFIRMED = "email_confirmed"
    HOLDER_GONE = "holder_gone"  # whoever held the contested record does so no more
    SIGNED_IN = "signed_in"
    TEN_MINUTES_PASSED = "ten_minutes_passed"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"  # somebody else gave stronger evidence
    DISAVOWED = "disavowed"
    UNFROZEN = "unfrozen"
    RELEASED = "released"  # by staff


class EvidenceKind(StrEnum):
    """What a thief with name, birth date and SSN does not have."""

    ADDRESS_ON_FILE = "address_on_file"  # the confirmed address was on file before the claim
    CODE_TO_ADDRESS = "code_to_address"  # a code mailed to the address that was on file before the claim
    LETTER_CODE = "letter_code"  # a code posted to the address in the agency's files
    STAFF_CHECK = "staff_check"  # staff saw the person or her papers
    DISTRICT_CHECK = "district_check"  # her district vouches for her


class Illegal(Exception):
    """This cannot happen to a hold in this state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where an event leads; where it leads once evidence that counts and a confirmed address have come together."""

    to: State
    proved: State | None = None


BEGINNINGS: Mapping[Event, State] = MappingProxyType(
    {
        Event.RECORD_MADE: State.UNDER_REVIEW,
        Event.CLAIMED: State.PROVISIONAL,
        Event.CONTESTED: State.CONTESTING,
    }
)


def _stays(state: State, *events: Event) -> dict[tuple[State, Event], Move]:
    return {(state, event): Move(to=state) for event in events}


def _may_prove(state: State, *events: Event) -> dict[tuple[State, Event], Move]:
    return {(state, event): Move(to=state, proved=State.VERIFIED) for event in events}


def _ends(state: State, *events: Event) -> dict[tuple[State, Event], Move]:
    return {(state, event): Move(to=State.RELEASED) for event in events}


# A pair that is not here is illegal.
TRANSITIONS: Mapping[tuple[State, Event], Move] = MappingProxyType(
    {
        **_may_prove(State.UNDER_REVIEW, Event.EVIDENCE_GIVEN, Event.EMAIL_CONFIRMED),
        **_ends(State.UNDER_REVIEW, Event.SUPERSEDED, Event.RELEASED),
        (State.UNDER_REVIEW, Event.DISAVOWED): Move(to=State.FROZEN),
        **_may_prove(State.PROVISIONAL, Event.EVIDENCE_GIVEN, Event.EMAIL_CONFIRMED),
        **_ends(State.PROVISIONAL, Event.LAPSED, Event.SUPERSEDED, Event.RELEASED),
        (State.PROVISIONAL, Event.DISAVOWED): Move(to=State.FROZEN),
        **_may_prove(State.CONTESTING, Event.EVIDENCE_GIVEN, Event.EMAIL_CONFIRMED, Event.HOLDER_GONE),
        # A contest holds nothing that could be kept apart for staff: said to be false, it is over.
        **_ends(State.CONTESTING, Event.LAPSED, Event.DISAVOWED, Event.RELEASED),
        **_stays(State.VERIFIED, Event.EVIDENCE_GIVEN, Event.EMAIL_CONFIRMED, Event.TEN_MINUTES_PASSED),
        (State.VERIFIED, Event.SIGNED_IN): Move(to=State.FRESH),
        (State.VERIFIED, Event.DISAVOWED): Move(to=State.FROZEN),
        **_ends(State.VERIFIED, Event.RELEASED),
        **_stays(State.FRESH, Event.EVIDENCE_GIVEN, Event.EMAIL_CONFIRMED, Event.SIGNED_IN),
        (State.FRESH, Event.TEN_MINUTES_PASSED): Move(to=State.VERIFIED),
        (State.FRESH, Event.DISAVOWED): Move(to=State.FROZEN),
        **_ends(State.FRESH, Event.RELEASED),
        **_stays(State.FROZEN, Event.EMAIL_CONFIRMED, Event.DISAVOWED),
        # Back to a claim, whatever it was before, and never further: proofs from before the alarm count no more.
        (State.FROZEN, Event.UNFROZEN): Move(to=State.PROVISIONAL),
        **_ends(State.FROZEN, Event.SUPERSEDED, Event.RELEASED),
    }
)

# Evidence given before these is withdrawn.
FORGET_EVIDENCE = frozenset({State.FROZEN, State.RELEASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that decides about a hold. `blocked`: somebody verified holds the record that this one contests."""

    state: State
    evidence: frozenset[EvidenceKind] = field(default_factory=frozenset)
    email_confirmed: bool = False
    blocked: bool = False


def begin(event: Event, *, email_confirmed: bool = False, blocked: bool = False) -> Standing:
    """How a hold begins. Raises Illegal."""
    if event not in BEGINNINGS:
        raise Illegal(f"{event} begins nothing")
    state = BEGINNINGS[event]
    return Standing(
        state=state, email_confirmed=email_confirmed, blocked=blocked and state is State.CONTESTING
    )


def is_proved(standing: Standing, *, counts: frozenset[EvidenceKind]) -> bool:
    """Whether evidence that counts and a confirmed address have come together, and nobody stands in the way."""
    return bool(standing.evidence & counts) and standing.email_confirmed and not standing.blocked


def step(
    standing: Standing,
    event: Event,
    *,
    counts: frozenset[EvidenceKind],
    evidence: EvidenceKind | None = None,
) -> Standing:
    """What an event makes of a hold. `counts` are the kinds that suffice, by the agency's table. Raises Illegal."""
    move = TRANSITIONS.get((standing.state, event))
    if move is None or (event is Event.EVIDENCE_GIVEN) != (evidence is not None):
        raise Illegal(f"{event} in {standing.state}")
    if event is Event.LAPSED and standing.evidence & counts:
        raise Illegal("a claim with evidence does not lapse")
    after = replace(
        standing,
        evidence=standing.evidence | ({evidence} if evidence else set()),
        email_confirmed=standing.email_confirmed or event is Event.EMAIL_CONFIRMED,
        blocked=standing.blocked and event is not Event.HOLDER_GONE,
    )
    if move.proved and is_proved(after, counts=counts):
        return replace(after, state=move.proved)
    if move.to in FORGET_EVIDENCE:
        after = replace(after, evidence=frozenset())
    return replace(after, state=move.to)


def seen(state: State, *, fresh: bool) -> State:
    """The state with the sign-in looked at: VERIFIED is FRESH for ten minutes."""
    return State.FRESH if fresh and state is State.VERIFIED else state
