"""What agrees and what differs, in a closed vocabulary without values, and in a line for staff; called by decide.

The vocabulary goes into holdings, cases and the audit log.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from kecs.matching.facts import FactLevel
from kecs.matching.levels import Level, NameLevels


class Finding(StrEnum):
    """One attribute, and how far it agrees. The plain word means: as on file."""

    SSN = "ssn"
    SSN_TRANSPOSED = "ssn_transposed"
    SSN_ONE_DIGIT = "ssn_one_digit"
    SSN_LAST4_ONLY = "ssn_last4_only"
    SSN_DIFFERS = "ssn_differs"
    BIRTH_DATE = "birth_date"
    BIRTH_DATE_DAY_MONTH = "birth_date_day_month"
    BIRTH_DATE_TRANSPOSED = "birth_date_transposed"
    BIRTH_DATE_ONE_DIGIT = "birth_date_one_digit"
    BIRTH_DATE_ABSENT = "birth_date_absent"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    LAST4 = "last4"
    LAST4_TRANSPOSED = "last4_transposed"
    LAST4_ONE_DIGIT = "last4_one_digit"
    LAST4_ABSENT = "last4_absent"
    LAST4_DIFFERS = "last4_differs"
    FIRST_NAME = "first_name"
    FIRST_NAME_JOINED = "first_name_joined"
    FIRST_NAME_NICKNAME = "first_name_nickname"
    FIRST_NAME_FORMER = "first_name_former"
    FIRST_NAME_PART = "first_name_part"
    FIRST_NAME_MIDDLE = "first_name_middle"
    FIRST_NAME_BEGINNING = "first_name_beginning"
    FIRST_NAME_INITIAL = "first_name_initial"
    FIRST_NAME_TYPO = "first_name_typo"
    FIRST_NAME_ALIKE = "first_name_alike"
    FIRST_NAME_ABSENT = "first_name_absent"
    FIRST_NAME_DIFFERS = "first_name_differs"
    LAST_SURNAME = "last_surname"
    LAST_SURNAME_JOINED = "last_surname_joined"
    LAST_SURNAME_FORMER = "last_surname_former"
    LAST_SURNAME_PART = "last_surname_part"
    LAST_SURNAME_MIDDLE = "last_surname_middle"
    LAST_SURNAME_TYPO = "last_surname_typo"
    LAST_SURNAME_ALIKE = "last_surname_alike"
    LAST_SURNAME_ABSENT = "last_surname_absent"
    LAST_SURNAME_DIFFERS = "last_surname_differs"
    NAMES_SWAPPED = "names_swapped"


def findings_of(
    *, names: NameLevels, birth_date: FactLevel, last4: FactLevel, ssn: FactLevel
) -> tuple[Finding, ...]:
    """Every attribute once; a full SSN that one side lacks is left out."""
    found = [_finding("birth_date", birth_date), _finding("last4", last4)]
    if ssn is not FactLevel.ABSENT:
        found.append(_finding("ssn", ssn))
    found += [_finding("first_name", names.first_name), _finding("last_surname", names.last_surname)]
    if names.swapped:
        found.append(Finding.NAMES_SWAPPED)
    return tuple(sorted(found, key=_ORDER.__getitem__))


_ORDER = {finding: place for place, finding in enumerate(Finding)}


@cache
def _finding(attribute: str, level: Level | FactLevel) -> Finding:
    return Finding(attribute if level.value == "exact" else f"{attribute}_{level}")


_ATTRIBUTES = {
    "ssn": "full SSN",
    "birth_date": "birth date",
    "last4": "last 4",
    "first_name": "first name",
    "last_surname": "last name",
}
_LEVELS = {
    "": "agrees",
    "day_month": "has day and month exchanged",
    "transposed": "has two digits exchanged",
    "one_digit": "differs in one digit",
    "last4_only": "agrees in the last four digits only",
    "joined": "agrees (spelled or spaced differently)",
    "nickname": "agrees as a nickname",
    "former": "differs, a former name on file agrees",
    "part": "agrees in part",
    "middle": "differs, the middle name on file agrees",
    "beginning": "agrees as the beginning of a longer name",
    "initial": "agrees as an initial",
    "typo": "differs by a slip of the finger",
    "alike": "looks or sounds alike",
    "absent": "is not on file",
    "differs": "differs",
}


def in_words(because: Iterable[str]) -> str:
    """The findings as one sentence for staff: "birth date agrees; last name differs, a former name on file agrees"."""
    return "; ".join(_in_words(Finding(word)) for word in because)


def _in_words(finding: Finding) -> str:
    if finding is Finding.NAMES_SWAPPED:
        return "the two names stand in each other's box"
    attribute = next(name for name in _ATTRIBUTES if finding == name or finding.startswith(f"{name}_"))
    return f"{_ATTRIBUTES[attribute]} {_LEVELS[finding.removeprefix(attribute).removeprefix('_')]}"
