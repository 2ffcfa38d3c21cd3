"""PURE. What the linkage engine is given of a record: folded names, and tokens in place of an SSN and a birth date.

Called by index. Whoever reads such a row learns names and nothing else: who was born on one day, and whose numbers are
alike, but no day and no number. COLUMNS is the whole of it.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zlib import crc32

from kecs.matching.levels import surname_parts
from kecs.matching.names import fold, generation_of
from kecs.matching.nicknames import forms_of
from kecs.matching.sounds import sound
from kecs.records.linkage.blocking import blocking_keys
from kecs.records.linkage.facts import FULL_SSN, LAST4, Facts, without_placeholders
from kecs.records.linkage.tokens import Tokens


class Content(StrEnum):
    """What a column holds. Nothing known is None, or an empty list."""

    NUMBER = "number"
    TEXT = "text"
    NUMBERS = "numbers"
    TEXTS = "texts"


COLUMNS: dict[str, Content] = {
    "place": Content.NUMBER,  # of the record in this run
    "blocking_keys": Content.NUMBERS,  # who shares one is compared
    "generation": Content.NUMBER,  # 1 for Sr, 2 for Jr
    "first_name": Content.TEXT,
    "first_name_others": Content.TEXTS,  # middle name, former first names, the first word of a compound one
    "first_name_nicknames": Content.NUMBERS,  # one for each pair of name and nickname that the name belongs to
    "first_name_sound": Content.TEXT,
    "last_surname": Content.TEXT,
    "last_surname_forms": Content.TEXTS,  # former ones, other spellings, the parts of a double one, and itself
    "last_surname_sound": Content.TEXT,
    "birth_date": Content.NUMBER,
    "birth_date_turned": Content.NUMBER,
    "birth_date_parts": Content.NUMBERS,
    "ssn": Content.NUMBER,
    "ssn_neighbours": Content.NUMBERS,
    "ssn_masks": Content.NUMBERS,
    "ssn_swaps": Content.NUMBERS,
    "last4": Content.NUMBER,
    "last4_masks": Content.NUMBERS,
    "last4_swaps": Content.NUMBERS,
}

Row = tuple[Any, ...]


def row_of(facts: Facts, *, place: int, tokens: Tokens) -> Row:
    """The row of a record, in the order of COLUMNS."""
    known = without_placeholders(facts)
    keys = sorted({tokens.of_key(*key) for key in blocking_keys(known)})
    return (place, keys, *_names(known), *_birth_date(known, tokens), *_ssn(known, tokens))


def _names(facts: Facts) -> Row:
    first, last = fold(facts.first_name), fold(facts.last_surname)
    formers = [fold(other.last_surname) for other in facts.other_names if other.last_surname]
    others = {fold(facts.middle_name).joined, *first.tokens[:1], *first.spellings}
    others |= {fold(other.first_name).joined for other in facts.other_names}
    forms = set(last.spellings)
    for surname in (last, *formers):
        forms |= {*surname.spellings, *surname_parts(surname.tokens)}
    return (
        generation_of(facts.generation_code_suffix) or last.generation or first.generation,
        first.joined or None,
        # A single letter would agree with everybody who has it.
        sorted(name for name in others - {first.joined} if len(name) > 1),
        list(_nicknames(first.joined)),
        sound(first.joined) or None,
        last.joined or None,
        sorted(forms - {""}),
        sound(last.joined) or None,
    )


@lru_cache(maxsize=16_384)
def _nicknames(name: str) -> tuple[int, ...]:
    """A number for each pair of a name and one of its forms: two names share one if they are such a pair."""
    return tuple(sorted({crc32("|".join(sorted((name, form))).encode()) for form in forms_of(name)}))


def _birth_date(facts: Facts, tokens: Tokens) -> Row:
    if not facts.birth_date:
        return (None, None, [])
    made = tokens.of_birth_date(facts.birth_date)
    return (made.same, made.turned, list(made.parts))


def _ssn(facts: Facts, tokens: Tokens) -> Row:
    full: Row = (None, [], [], [])
    if len(facts.ssn) == FULL_SSN:
        made = tokens.of_ssn(facts.ssn)
        full = (made.same, list(tokens.neighbours_of_ssn(facts.ssn)), list(made.masks), list(made.swaps))
    if not facts.ssn:
        return (*full, None, [], [])
    ending = tokens.of_last4(facts.ssn[-LAST4:])
    return (*full, ending.same, list(ending.masks), list(ending.swaps))


def columns_of(rows: Iterable[Row]) -> dict[str, list[Any]]:
    """The same, column by column."""
    return {name: list(values) for name, values in zip(COLUMNS, zip(*rows, strict=True), strict=True)}
