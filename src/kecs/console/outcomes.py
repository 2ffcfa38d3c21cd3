"""PURE. How each kind of case may end, as it stands now; the page shows these buttons, the form takes no other, and actions carry them out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from kecs.records.kinds import CaseKind


class OwnCase(Exception):
    """It is about whoever would decide it: a colleague must."""


class Outcome(StrEnum):
    """What staff decide."""

    UNFREEZE = "unfreeze"
    RELEASE = "release"
    GIVE_TO_CLAIMANT = "give_to_claimant"
    KEEP_WITH_HOLDER = "keep_with_holder"
    GIVE_EVIDENCE = "give_evidence"
    CLEAR_DECEASED = "clear_deceased"
    NEW_PERSON = "new_person"
    ACCEPT = "accept"
    REFUSE = "refuse"
    PUT_BACK = "put_back"
    INVITE = "invite"
    ANSWERED = "answered"
    TWO_PEOPLE = "two_people"
    NOTED = "noted"
    AGREE = "agree"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What of a case decides how it may end."""

    kind: str
    account: bool = False  # somebody of an account is behind it
    other_account: bool = False
    holds: bool = False  # her account holds a record now, and nobody disputes it
    frozen: bool = False  # her claim is shut until this is decided
    contests: bool = False  # she says that the record which the other account holds is hers
    free: bool = False  # of its records one is nobody's, or hers already
    taken: bool = False  # of its records one is another account's
    deceased: bool = False  # of its free records one says that its person has died
    asked: bool = False  # a request for a correction waits behind it
    barred: bool = False  # and can only be refused: the claim is shut, or over
    changed: bool = False  # a correction that somebody disowned was carried out, and can be put back


# A recovery is no case: it is decided where it stands, in the accounts room.
RECOVERY_OUTCOMES = (Outcome.AGREE, Outcome.APPROVE, Outcome.REFUSE)
# The record that is meant must be said where there are several.
NAMES_RECORD = frozenset({Outcome.GIVE_EVIDENCE, Outcome.GIVE_TO_CLAIMANT, Outcome.CLEAR_DECEASED})
# These open a record to somebody: staff have checked who she is, and seen a paper.
GIVES_RECORD = NAMES_RECORD
# With these the check of staff is the proof. A new record can also be made without: then she proves later that it is hers.
PROVES = GIVES_RECORD | {Outcome.NEW_PERSON}
_UNCLEAR = frozenset(
    {
        CaseKind.SEVERAL,
        CaseKind.NEAR_MATCH,
        CaseKind.ALREADY_HELD,
        CaseKind.DECEASED,
        CaseKind.SSN_ON_FILE_OTHER_NAME,
    }
)


def outcomes_of(shape: Shape) -> tuple[Outcome, ...]:
    """The ways in which such a case may end. Never none: what has been overtaken can be closed as seen."""
    match shape.kind:
        case CaseKind.DISAVOWED_CLAIM:
            return (Outcome.UNFREEZE, Outcome.RELEASE) if shape.frozen else (Outcome.NOTED,)
        case CaseKind.CONTESTED_CLAIM:
            return _contested(shape)
        case CaseKind.CORRECTION:
            if shape.asked:
                return (Outcome.REFUSE,) if shape.barred else (Outcome.ACCEPT, Outcome.REFUSE)
            return (Outcome.PUT_BACK, Outcome.NOTED) if shape.changed else (Outcome.NOTED,)
        case CaseKind.NO_SSN:
            return (Outcome.INVITE, Outcome.ANSWERED, Outcome.REFUSE)
        case CaseKind.LINKAGE_DUPLICATE | CaseKind.LINKAGE_OTHER_FIRST_NAME:
            return (Outcome.TWO_PEOPLE,)  # and merging, which has a page of its own
        case kind if kind in _UNCLEAR:
            return _unclear(shape)
    return (Outcome.NOTED,)


def _contested(shape: Shape) -> tuple[Outcome, ...]:
    if not shape.account or shape.holds:
        return (Outcome.NOTED,)
    gives = (Outcome.GIVE_TO_CLAIMANT,) if shape.taken else (Outcome.GIVE_EVIDENCE,) if shape.free else ()
    apart = () if shape.contests else (Outcome.NEW_PERSON,)
    return (*gives, Outcome.KEEP_WITH_HOLDER, *apart)


def _unclear(shape: Shape) -> tuple[Outcome, ...]:
    if not shape.account or shape.holds:
        return (Outcome.NOTED,)  # it settled itself, or is about a request that is decided on its own page
    gives: list[Outcome] = []
    if shape.deceased:
        gives.append(Outcome.CLEAR_DECEASED)
    elif shape.free:
        gives.append(Outcome.GIVE_EVIDENCE)
    if shape.taken:
        gives.append(Outcome.GIVE_TO_CLAIMANT)
    other = shape.taken or shape.other_account
    return (*gives, Outcome.NEW_PERSON, Outcome.KEEP_WITH_HOLDER if other else Outcome.REFUSE)


class Shut(StrEnum):
    """Why a case that ended so is not opened again."""

    CARRIED_OUT = "carried_out"  # something was given or taken: that is undone where it stands
    ANSWERED = "answered"  # the request is decided, and she may make another
    MERGED = "merged"  # un-merging does it


# What closed the case and changed nothing but the case itself may be looked at again.
_MAY_REOPEN = frozenset(
    {
        Outcome.REFUSE,
        Outcome.KEEP_WITH_HOLDER,
        Outcome.ANSWERED,
        Outcome.TWO_PEOPLE,
        Outcome.NOTED,
        Outcome.INVITE,  # a link that was lost, or is over, is sent again
    }
)
_SHUT: Mapping[str, Shut] = MappingProxyType(
    {"merged": Shut.MERGED, "accepted": Shut.ANSWERED, "refused": Shut.ANSWERED, "withdrawn": Shut.ANSWERED}
)


def why_shut(outcome: str) -> Shut | None:
    """Why a case that ended with this word stays closed; None where it may be opened again."""
    if outcome in {each.value for each in _MAY_REOPEN}:
        return None
    return _SHUT.get(outcome, Shut.CARRIED_OUT)
