"""PURE. Two sides of a case, fact by fact: what agrees and what differs. queries.py fills it in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kecs.matching.names import fold


class Agreement(StrEnum):
    """How two values stand to each other."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"  # one side has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact. `there` is the value of each record."""

    fact: str
    here: str = field(repr=False)
    there: tuple[tuple[str, Agreement], ...] = field(repr=False)


def agreement(fact: str, here: str, there: str) -> Agreement:
    """Names agree without regard to case and accents; numbers by the digits that both show."""
    if not here or not there:
        return Agreement.UNKNOWN
    if fact == "ssn":
        same = here[-4:] == there[-4:]
    elif fact in {"first_name", "last_surname"}:
        same = fold(here).joined == fold(there).joined
    else:
        same = here.casefold() == there.casefold()
    return Agreement.SAME if same else Agreement.DIFFERENT


def compared(here: dict[str, str], records: Sequence[dict[str, str]]) -> list[Line]:
    """All facts that any side has, in the order of the first."""
    facts = list(dict.fromkeys([*here, *(fact for record in records for fact in record)]))
    return [
        Line(
            fact=fact,
            here=here.get(fact, ""),
            there=tuple(
                (record.get(fact, ""), agreement(fact, here.get(fact, ""), record.get(fact, "")))
                for record in records
            ),
        )
        for fact in facts
    ]
