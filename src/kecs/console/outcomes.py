"""PURE. How each kind of case may end; the page shows these buttons, the form takes no other, and actions carry them out."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from kecs.records.kinds import CaseKind


class Outcome(StrEnum):
    """What staff decide."""

    UNFREEZE = "unfreeze"
    RELEASE = "release"
    GIVE_TO_CLAIMANT = "give_to_claimant"
    KEEP_WITH_HOLDER = "keep_with_holder"
    GIVE_EVIDENCE = "give_evidence"
    ACCEPT = "accept"
    REFUSE = "refuse"
    ANSWERED = "answered"
    NOTED = "noted"
    APPROVE = "approve"


_UNCLEAR = (Outcome.GIVE_EVIDENCE, Outcome.REFUSE)
OUTCOMES: Mapping[str, tuple[Outcome, ...]] = MappingProxyType(
    {
        CaseKind.DISAVOWED_CLAIM: (Outcome.UNFREEZE, Outcome.RELEASE),
        CaseKind.CONTESTED_CLAIM: (Outcome.GIVE_TO_CLAIMANT, Outcome.KEEP_WITH_HOLDER),
        CaseKind.CORRECTION: (Outcome.ACCEPT, Outcome.REFUSE),
        CaseKind.NO_SSN: (Outcome.ANSWERED, Outcome.REFUSE),
        CaseKind.SEVERAL: _UNCLEAR,
        CaseKind.NEAR_MATCH: _UNCLEAR,
        CaseKind.ALREADY_HELD: (Outcome.ANSWERED, Outcome.REFUSE),
        CaseKind.DECEASED: _UNCLEAR,
        CaseKind.SSN_ON_FILE_OTHER_NAME: _UNCLEAR,
        CaseKind.LINKAGE_DUPLICATE: (Outcome.NOTED,),
        CaseKind.LINKAGE_OTHER_FIRST_NAME: (Outcome.NOTED,),
    }
)


# A recovery is no case: it is decided where it stands, in the accounts room.
RECOVERY_OUTCOMES = (Outcome.APPROVE, Outcome.REFUSE)


def outcomes_of(kind: str) -> tuple[Outcome, ...]:
    """The ways in which a case of this kind may end."""
    return OUTCOMES.get(kind, (Outcome.NOTED,))
