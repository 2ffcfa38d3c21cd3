"""PURE. Which pairs are compared at all: those that share one of these keys. Called by rows, which makes tokens of them.

First the keys of the index itself (kecs.matching.keys). They need the birth date or the last four to be right, so
there are more for pairs of which neither is, or whose names lost the sound they had.
"""

from collections.abc import Iterator
from datetime import date

from kecs.matching.keys import linkage_keys, record_keys
from kecs.matching.names import fold
from kecs.matching.sounds import sound
from kecs.records.linkage.facts import FULL_SSN, Facts, as_date

AREA_AND_GROUP = 5  # the first digits of an SSN, which two numbers share if they differ in the last four only
HEAD = 3  # letters with which a name begins

Key = tuple[str, ...]


def blocking_keys(facts: Facts) -> Iterator[Key]:
    """The keys of one record, place-holders left out: a label, then the facts."""
    born = as_date(facts.birth_date)
    yield from _keys_of_the_index(facts, born)
    first, last = fold(facts.first_name).joined, fold(facts.last_surname).joined
    sounds = tuple(sorted((sound(first), sound(last)))) if first and last else None
    if facts.birth_date:
        yield from _keys_of_birth_date(facts.birth_date, first, last, sounds)
    if len(facts.ssn) == FULL_SSN:
        yield from _keys_of_ssn(facts, first, last)


def _keys_of_the_index(facts: Facts, born: date | None) -> Iterator[Key]:
    full = facts.ssn if len(facts.ssn) == FULL_SSN else None
    last4 = facts.ssn[-4:] or None
    others = facts.other_names
    for key in record_keys(birth_date=born, last4=last4, ssn=full):
        yield key.kind.value, *key.facts
    for near in linkage_keys(
        birth_date=born,
        last4=last4,
        ssn=full,
        first_names=(facts.first_name, *(other.first_name for other in others)),
        last_surnames=(facts.last_surname, *(other.last_surname for other in others)),
    ):
        yield near.kind.value, *near.facts


def _keys_of_birth_date(born: str, first: str, last: str, sounds: Key | None) -> Iterator[Key]:
    if len(last) >= HEAD:
        yield "birth_date+head_of_last_surname", born, last[:HEAD]
    if len(first) >= HEAD:
        yield "birth_date+head_of_first_name", born, first[:HEAD]
    if sounds is None:
        return
    yield "birth_date+both_sounds", born, *sounds
    year, month, day = born.split("-")
    yield "year+month+both_sounds", year, month, *sounds
    yield "year+day+both_sounds", year, day, *sounds
    yield "month+day+both_sounds", month, day, *sounds


def _keys_of_ssn(facts: Facts, first: str, last: str) -> Iterator[Key]:
    beginning = facts.ssn[:AREA_AND_GROUP]
    if facts.birth_date:
        yield "area+group+birth_date", beginning, facts.birth_date
    if last:
        yield "area+group+sound_of_last_surname", beginning, sound(last)
    if first:
        yield "area+group+sound_of_first_name", beginning, sound(first)
