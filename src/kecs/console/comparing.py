"""PURE. The sides of a case, fact by fact: what agrees and what differs. cases/queries.py fills it in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kecs.matching.names import fold

NAMES = frozenset({"first_name", "last_surname", "middle_name"})
# Facts of a record, not of a person: another value says nothing.
NOT_COMPARED = frozenset({"staff_unique_id", "held_by", "deceased", "other_names"})


class Agreement(StrEnum):
    """How two values stand to each other."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"  # one side has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact. `there` is the value of each other side."""

    fact: str
    here: str = field(repr=False)
    there: tuple[tuple[str, Agreement], ...] = field(repr=False)


def agreement(fact: str, here: str, there: str) -> Agreement:
    """Names agree without regard to case and accents; numbers by the digits that both show."""
    if not here or not there or fact in NOT_COMPARED:
        return Agreement.UNKNOWN
    if fact == "ssn":
        same = here[-4:] == there[-4:]
    elif fact in NAMES:
        same = fold(here).joined == fold(there).joined
    else:
        same = here.casefold() == there.casefold()
    return Agreement.SAME if same else Agreement.DIFFERENT


def compared(here: dict[str, str], others: Sequence[dict[str, str]]) -> list[Line]:
    """All facts that any side has, in the order of the first."""
    facts = list(dict.fromkeys([*here, *(fact for other in others for fact in other)]))
    return [
        Line(
            fact=fact,
            here=here.get(fact, ""),
            there=tuple(
                (other.get(fact, ""), agreement(fact, here.get(fact, ""), other.get(fact, "")))
                for other in others
            ),
        )
        for fact in facts
        if here.get(fact) or any(other.get(fact) for other in others)
    ]
