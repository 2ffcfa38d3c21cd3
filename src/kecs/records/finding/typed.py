"""PURE. What somebody typed into the one box, understood: an address, last four with a birth date, a number, or a name.

Called by the desk's page. Never raises: what makes no sense has a kind of its own, and the page says what to type.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kecs.matching.dates import BirthDateError, read_birth_date

MOST_TYPED = 200  # signs; a pasted letter is no name


class Sought(StrEnum):
    """What sort of thing was typed."""

    NOTHING = "nothing"
    EMAIL = "email"
    LAST4_AND_BIRTH_DATE = "last4_and_birth_date"
    NAME_AND_FACT = "name_and_fact"  # a name with a birth date or with the last four
    NUMBER = "number"  # one word with a digit: a record number or a username
    WORD = "word"  # one word without: a name most likely, but a username or a record number may look so
    NAME = "name"
    WHOLE_SSN = "whole_ssn"  # nobody needs to type it; it is looked up as a record number alone
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One search. Personal data has no repr."""

    sought: Sought
    text: str = field(default="", repr=False)  # on one line, without what cannot be seen
    birth_date: date | None = field(default=None, repr=False)
    last4: str = field(default="", repr=False)


_NUMBER_OF_SIGNS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_FOUR_DIGITS = re.compile(r"(?<![0-9/.\-])[0-9]{4}(?![0-9/.\-])")
_WHOLE_SSN = re.compile(r"[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}")
_ADDRESS = re.compile(r"[^\s<>\"',;]+@[^\s<>\"',;]+")
_WORDS_BESIDE = re.compile(r"\b(?:last|four|4|ssn|dob|born|birth|date|and|of)\b:?", re.IGNORECASE)
_LAST4 = re.compile("[0-9]{4}")
_NAME_BESIDE = re.compile(
    r"^(?P<before>[0-9][0-9 ./-]*[, ])?\s*(?P<name>[^0-9]*[^0-9 ,])(?P<after>[, ]\s*[0-9][0-9 ./-]*)?$"
)
_DIGIT = re.compile("[0-9]")


def understood(text: str, *, today: date) -> Typed:
    """What to look for."""
    plain = _on_one_line(text)
    if not plain:
        return Typed(sought=Sought.NOTHING)
    if len(plain) > MOST_TYPED:
        return Typed(sought=Sought.NOT_UNDERSTOOD)
    if "@" in plain:
        address = _ADDRESS.search(plain)
        if address:
            return Typed(sought=Sought.EMAIL, text=address.group().removeprefix("mailto:").rstrip("."))
        return Typed(sought=Sought.NOT_UNDERSTOOD, text=plain)
    facts = _last4_and_birth_date(plain, today)
    if facts:
        last4, born = facts
        return Typed(sought=Sought.LAST4_AND_BIRTH_DATE, last4=last4, birth_date=born)
    if _WHOLE_SSN.fullmatch(plain):
        return Typed(sought=Sought.WHOLE_SSN, text=plain.replace(" ", ""))
    if _NUMBER_OF_SIGNS.fullmatch(plain):
        return Typed(sought=Sought.NUMBER if _DIGIT.search(plain) else Sought.WORD, text=plain)
    return _with_a_fact(plain, today) if _DIGIT.search(plain) else Typed(sought=Sought.NAME, text=plain)


def _with_a_fact(plain: str, today: date) -> Typed:
    """A name, and behind or before it a birth date or the last four."""
    named = _NAME_BESIDE.search(_WORDS_BESIDE.sub(" ", plain))
    if named is None:
        return Typed(sought=Sought.NOT_UNDERSTOOD, text=plain)
    name, number = (
        named.group("name").strip(" ,"),
        (named.group("before") or named.group("after")).strip(" ,"),
    )
    if _LAST4.fullmatch(number):
        return Typed(sought=Sought.NAME_AND_FACT, text=name, last4=number)
    try:
        return Typed(sought=Sought.NAME_AND_FACT, text=name, birth_date=read_birth_date(number, today=today))
    except BirthDateError:
        return Typed(sought=Sought.NOT_UNDERSTOOD, text=plain)


def _on_one_line(text: str) -> str:
    """Without marks that cannot be seen (those that turn a line around, for one), and with single spaces."""
    short = unicodedata.normalize("NFKC", text[: MOST_TYPED * 4])
    seen = "".join(
        " " if unicodedata.category(sign)[0] in "ZC" and unicodedata.category(sign) != "Cf" else sign
        for sign in short
        if unicodedata.category(sign) != "Cf"
    )
    return " ".join(seen.split())


def _last4_and_birth_date(plain: str, today: date) -> tuple[str, date] | None:
    """Four digits that stand alone, and a date in any form in what is left."""
    bare = _WORDS_BESIDE.sub(" ", plain)
    for four in _FOUR_DIGITS.finditer(bare):
        rest = f"{bare[: four.start()]} {bare[four.end() :]}".strip(" ,;:")
        try:
            return four.group(), read_birth_date(" ".join(rest.split()), today=today)
        except BirthDateError:
            continue
    return None
