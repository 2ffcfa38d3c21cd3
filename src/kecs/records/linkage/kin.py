"""PURE. What a heavy pair is to staff: a duplicate, one number under two first names, probably kin, or nothing.

Called by findings and training. Twins share a surname, a birth date and all but one digit of the SSN; a father and his son share both
names. A weight counts what agrees and would merge them; a first name is what kin do not share.
"""

from collections.abc import Mapping
from enum import StrEnum

from kecs.records.linkage.comparisons import Attribute, Level


class Verdict(StrEnum):
    """What becomes of a pair above the threshold."""

    DUPLICATE = "duplicate"  # probably one person on file twice
    OTHER_FIRST_NAME = (
        "other_first_name"  # one number, two first names: somebody must look, nothing is proposed
    )
    KIN = "kin"  # probably twins, or father and son
    NOTHING = "nothing"


_SURNAME_AGREES = frozenset({Level.SAME, Level.OTHER, Level.TYPO, Level.ALIKE})
# The numbers of twins follow each other, or nearly.
_NEIGHBOURING = frozenset({Level.NEXT, Level.ONE_DIGIT, Level.SLIP})
# Forms of a first name that sisters have beside one another (Anna and Annie, Mary Ann and Mary Lou).
_LOOSE_FIRST_NAME = frozenset({Level.NICKNAME, Level.OTHER, Level.BEGINNING, Level.ALIKE, Level.ABSENT})


def verdict_on(levels: Mapping[Attribute, Level], *, generations: tuple[int | None, int | None]) -> Verdict:
    """The kin rule. `levels` has every attribute."""
    if None not in generations and generations[0] != generations[1]:
        return Verdict.KIN
    first, number = levels[Attribute.FIRST_NAME], _number(levels)
    if first is Level.DIFFERS:
        return _with_other_first_name(levels, number)
    if levels[Attribute.BIRTH_DATE] is Level.SAME and number in _NEIGHBOURING:
        firm = first is Level.SAME or (first not in _LOOSE_FIRST_NAME and number is not Level.NEXT)
        return Verdict.DUPLICATE if firm else Verdict.KIN
    return Verdict.DUPLICATE


def _with_other_first_name(levels: Mapping[Attribute, Level], number: Level) -> Verdict:
    if number is Level.SAME:
        return Verdict.OTHER_FIRST_NAME
    same_birth_date = levels[Attribute.BIRTH_DATE] is Level.SAME
    if same_birth_date and levels[Attribute.LAST_SURNAME] in _SURNAME_AGREES:
        return Verdict.KIN
    return Verdict.NOTHING


def _number(levels: Mapping[Attribute, Level]) -> Level:
    """The level of the SSN, or of its end where a side has no more."""
    full = levels[Attribute.SSN]
    return levels[Attribute.LAST4] if full is Level.ABSENT else full
