"""Which facts a record is indexed under and a claim is looked up by; called by records' actions, queries and import.

PURE: it names the facts, `kecs.pii` makes keyed digests of them. No key is made of one small fact alone, for
the last 4 or a birth date by itself can be found by trying them all; only the full SSN stands alone.
Values that stand for "unknown" are left out, or strangers would be pooled under them.

There are two sorts. The search keys lead from what somebody types to the record it may be about, and the public
pages may look them up. The linkage keys lead to near ones as well, by the sound of a name; only staff work and the
settling of new accounts look them up, never a page that a stranger opens.
docs/adr/0010-evidence-in-bits.md tells why.
"""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from kecs.matching.decide import Claim
from kecs.matching.facts import birth_dates_one_slip_away, digits_one_slip_away
from kecs.matching.levels import MOST_PARTS_TYPED, surname_parts
from kecs.matching.names import fold
from kecs.matching.sounds import sound


class KeyKind(StrEnum):
    """The kinds of search key; also the purpose each digest is made for."""

    BIRTH_DATE_LAST4 = "birth_date+last4"
    SSN = "ssn"


class LinkageKind(StrEnum):
    """The kinds of linkage key; also the purpose each digest is made for."""

    BIRTH_DATE_LAST_SOUND = "birth_date+sound_of_last_surname"
    BIRTH_DATE_FIRST_SOUND = "birth_date+sound_of_first_name"
    LAST4_LAST_SOUND = "last4+sound_of_last_surname"
    LAST4_FIRST_SOUND = "last4+sound_of_first_name"
    LAST4_BOTH_SOUNDS = "last4+both_sounds"  # in the order of the alphabet: boxes get swapped


class Key(NamedTuple):
    """One row of the index before it is digested. The facts are personal data, so they have no repr."""

    kind: KeyKind | LinkageKind
    facts: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Key({self.kind.value})"


_PLACEHOLDER_BIRTH_DATES = frozenset({date(1900, 1, 1), date(1901, 1, 1)})
_NEVER_AN_END = "0000"  # no number that was issued ends so
_PLACEHOLDER_LAST4 = frozenset({_NEVER_AN_END, "9999"})  # where nothing but the last 4 is on file
_PLACEHOLDER_SSNS = frozenset({"123456789", "987654321", *(digit * 9 for digit in "0123456789")})
# What fold's second spelling of ä, ö, ü, å and ø adds to the first.
_TWO_LETTERS = re.compile("(?<=a)[ae]+|(?<=[ou])e+")


def record_keys(*, birth_date: date | None, last4: str | None, ssn: str | None) -> tuple[Key, ...]:
    """The search keys of a record or of a stated identity: at most two. Digits have no hyphens."""
    born, ending = _born(birth_date), _ending(last4, ssn)
    keys = []
    if born and ending:
        keys.append(Key(KeyKind.BIRTH_DATE_LAST4, (born, ending)))
    if _usable_ssn(ssn):
        keys.append(Key(KeyKind.SSN, (ssn or "",)))
    return tuple(keys)


def claim_keys(claim: Claim) -> tuple[Key, ...]:
    """What a search looks up: at most one key, for names are compared on the few records it leads to."""
    return typed_keys(birth_date=claim.birth_date, last4=claim.last4)


def typed_keys(*, birth_date: date | None, last4: str) -> tuple[Key, ...]:
    """What leads from a typed birth date and last 4 to those on file.

    9999 is looked up, though it is not indexed where it may stand for "unknown": one in ten thousand numbers ends so, and
    under it stand only those whose whole number is on file.
    """
    born = _born(birth_date)
    return (Key(KeyKind.BIRTH_DATE_LAST4, (born, last4)),) if born and last4 != _NEVER_AN_END else ()


def new_account_keys(claim: Claim, *, ssn: str) -> tuple[Key, ...]:
    """What Create New Account looks up at once: the key of the search, and the full SSN."""
    return record_keys(birth_date=claim.birth_date, last4=claim.last4, ssn=ssn)


def slipped_keys(claim: Claim, *, ssn: str) -> tuple[Key, ...]:
    """The search keys with one slip of the finger in the birth date, in the last 4 or in the full SSN: some 160.

    For the settling of new accounts; whoever could ask these in public would need 160 guesses of the last 4.
    """
    dates = [(born, claim.last4) for born in birth_dates_one_slip_away(claim.birth_date)]
    endings = [(claim.birth_date, last4) for last4 in digits_one_slip_away(claim.last4)]
    keys = [key for born, last4 in dates + endings for key in typed_keys(birth_date=born, last4=last4)]
    # Who has a slip in the last 4 on file and another birth date or name there is found by no other key.
    for number in digits_one_slip_away(ssn) if _usable_ssn(ssn) else ():
        keys += record_keys(birth_date=None, last4=None, ssn=number)
    return tuple(keys)


def linkage_keys(
    *,
    birth_date: date | None,
    last4: str | None,
    ssn: str | None,
    first_names: Iterable[str],
    last_surnames: Iterable[str],
) -> tuple[Key, ...]:
    """The keys under which near records are found; the names are the present ones and all others on file."""
    born, ending = _born(birth_date), _ending(last4, ssn)
    firsts, lasts = _sounds(first_names), _sounds(last_surnames)
    keys = []
    if born:
        keys += [Key(LinkageKind.BIRTH_DATE_LAST_SOUND, (born, last)) for last in lasts]
        keys += [Key(LinkageKind.BIRTH_DATE_FIRST_SOUND, (born, first)) for first in firsts]
    if ending:
        keys += [Key(LinkageKind.LAST4_LAST_SOUND, (ending, last)) for last in lasts]
        keys += [Key(LinkageKind.LAST4_FIRST_SOUND, (ending, first)) for first in firsts]
        both = {tuple(sorted((first, last))) for first in firsts for last in lasts}
        keys += [Key(LinkageKind.LAST4_BOTH_SOUNDS, (ending, *sounds)) for sounds in sorted(both)]
    return tuple(keys)


def near_keys(claim: Claim, *, ssn: str) -> tuple[Key, ...]:
    """The linkage keys of somebody who states these facts. Either name stands for the other: boxes get swapped."""
    names = (claim.first_name, claim.last_surname)
    return linkage_keys(
        birth_date=claim.birth_date, last4=claim.last4, ssn=ssn, first_names=names, last_surnames=names
    )


def _born(birth_date: date | None) -> str | None:
    return birth_date.isoformat() if birth_date and birth_date not in _PLACEHOLDER_BIRTH_DATES else None


def _ending(last4: str | None, ssn: str | None) -> str | None:
    """The last 4 where they are somebody's: the end of a made-up number is made up, and that of a whole one is no placeholder."""
    if not last4 or last4 == _NEVER_AN_END:
        return None
    known = _usable_ssn(ssn) if ssn else last4 not in _PLACEHOLDER_LAST4
    return last4 if known else None


def _usable_ssn(ssn: str | None) -> bool:
    return bool(ssn) and ssn not in _PLACEHOLDER_SSNS


def _sounds(names: Iterable[str]) -> list[str]:
    return sorted({each for name in names for each in _sounds_of(name)})


@lru_cache(maxsize=32_768)
def _sounds_of(name: str) -> tuple[str, ...]:
    """How a name sounds, run together and part by part. Remembered: an import meets the same names again and again."""
    folded = fold(name)
    return tuple({sound(form) for form in {*folded.spellings, *surname_parts(folded.tokens)}} - {""})


def guessed_surnames(claim: Claim) -> frozenset[str]:
    """What was typed as the last name, as far as a record can agree with it: run together, and by one part or two.

    Without what makes no difference to agreement: particles, initials, a generation, where the spaces are, ue for ü.
    """
    last = fold(claim.last_surname)
    parts = surname_parts(last.tokens)
    return _counted_as({last.joined, *(parts if len(parts) <= MOST_PARTS_TYPED else ())})


def guessed_names(claim: Claim) -> frozenset[str]:
    """The same, and the first name, for boxes get swapped: no guess at a record evades all of these.

    docs/adr/0009-limits-per-identity.md tells why.
    """
    return guessed_surnames(claim) | _counted_as({fold(claim.first_name).joined})


def _counted_as(names: Iterable[str]) -> frozenset[str]:
    return frozenset(_TWO_LETTERS.sub("", name) for name in names if name)
