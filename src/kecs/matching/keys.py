"""Which facts a record is indexed under and a claim is looked up by; called by records' actions and queries.

PURE: it names the facts, `kecs.pii` makes keyed digests of them. No key is made of one small fact alone, for
the last 4 or a birth date by itself can be found by trying them all; only the full SSN stands alone.
Values that stand for "unknown" are left out, or strangers would be pooled under them.
"""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from kecs.matching.decide import Claim
from kecs.matching.levels import MOST_PARTS_TYPED, surname_parts
from kecs.matching.names import fold


class KeyKind(StrEnum):
    """The kinds of index; also the purpose each digest is made for."""

    BIRTH_DATE_LAST4 = "birth_date+last4"
    SSN = "ssn"
    BIRTH_DATE_SURNAME = "birth_date+surname"
    LAST4_SURNAME = "last4+surname"


class Key(NamedTuple):
    """One row of the index before it is digested. The facts are personal data, so they have no repr."""

    kind: KeyKind
    facts: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Key({self.kind.value})"


_PLACEHOLDER_BIRTH_DATES = frozenset({date(1900, 1, 1), date(1901, 1, 1)})
_PLACEHOLDER_LAST4 = frozenset({"0000", "9999"})
# What fold's second spelling of ä, ö, ü, å and ø adds to the first.
_TWO_LETTERS = re.compile("(?<=a)[ae]+|(?<=[ou])e+")
_PLACEHOLDER_SSNS = frozenset({"123456789", "987654321", *(digit * 9 for digit in "0123456789")})


def record_keys(
    *, birth_date: date | None, last4: str | None, ssn: str | None, surnames: Iterable[str]
) -> tuple[Key, ...]:
    """The keys of a record; `surnames` are the present one and every former one, digits have no hyphens."""
    usable_ssn = _usable_ssn(ssn)
    if ssn and not usable_ssn:
        last4 = None  # the end of a made-up number is made up
    return _keys(birth_date=birth_date, last4=last4, ssn=usable_ssn, surnames=surnames)


def claim_keys(claim: Claim) -> tuple[Key, ...]:
    """What a search looks up: at most one key, for names are compared on the few records it leads to."""
    return _keys(birth_date=claim.birth_date, last4=claim.last4, ssn=None, surnames=())


def new_account_keys(claim: Claim, *, ssn: str | None) -> tuple[Key, ...]:
    """What Create New Account looks up. The first name stands in for a surname too: boxes get swapped."""
    surnames = (claim.last_surname, claim.first_name)
    return _keys(birth_date=claim.birth_date, last4=claim.last4, ssn=_usable_ssn(ssn), surnames=surnames)


def _keys(
    *, birth_date: date | None, last4: str | None, ssn: str | None, surnames: Iterable[str]
) -> tuple[Key, ...]:
    born = birth_date.isoformat() if birth_date and birth_date not in _PLACEHOLDER_BIRTH_DATES else None
    ending = last4 if last4 and last4 not in _PLACEHOLDER_LAST4 else None
    folded = sorted({form for surname in surnames for form in _index_forms(surname)})
    keys = []
    if born and ending:
        keys.append(Key(KeyKind.BIRTH_DATE_LAST4, (born, ending)))
    if ssn:
        keys.append(Key(KeyKind.SSN, (ssn,)))
    if born:
        keys.extend(Key(KeyKind.BIRTH_DATE_SURNAME, (born, surname)) for surname in folded)
    if ending:
        keys.extend(Key(KeyKind.LAST4_SURNAME, (ending, surname)) for surname in folded)
    return tuple(keys)


def _usable_ssn(ssn: str | None) -> str | None:
    return ssn if ssn and ssn not in _PLACEHOLDER_SSNS else None


def _index_forms(surname: str) -> set[str]:
    """Every folded form under which the surname is looked for: run together, respelt, and each part of it."""
    folded = fold(surname)
    return {*folded.spellings, *surname_parts(folded.tokens)} - {""}


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
