"""Check a name as typed, and fold it for comparison; promises that equal folds mean "the same name".

Called by the registration forms and the import (check_name) and by levels and keys (fold). What a person
typed is kept as she typed it; only comparison sees the fold.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from anyascii import anyascii

LONGEST_NAME = 128

# Every mark that keyboards, phones and word processors put where an apostrophe is meant.
APOSTROPHES = "'`\u00b4\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u02c8\u055a\u05f3\ua78c\uff07\uff40"
HYPHENS = "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_ALLOWED_MARKS = frozenset(APOSTROPHES + HYPHENS.replace("\u00ad", "") + " .,\u00b7")
# Letters by category, nothing by look: they leave a name that seems empty or seems to be another one.
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u034f")
_MOST_MARKS_IN_A_ROW = 4
_SPACES = re.compile(r" +")


class NameProblem(StrEnum):
    """Why a typed name was refused; the forms hold one sentence for each."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    INVISIBLE_CHARACTER = "invisible_character"
    DIGIT = "digit"
    SYMBOL = "symbol"
    NO_LETTER = "no_letter"


class NameRefused(ValueError):
    """A name that cannot be used. Carries a code and never what was typed."""

    def __init__(self, code: NameProblem) -> None:
        super().__init__(code.value)
        self.code = code


def check_name(text: str) -> str:
    """`text` trimmed, with single spaces, in NFC, at most 128 characters; raises NameRefused."""
    if len(text) > LONGEST_NAME * 4:
        raise NameRefused(NameProblem.TOO_LONG)
    trimmed = text.strip()
    # Judged before anything is normalised away.
    for char in trimmed:
        problem = unsafe_character(char)
        if problem:
            raise NameRefused(problem)
    spaced = "".join(" " if unicodedata.category(char) == "Zs" else char for char in trimmed)
    name = unicodedata.normalize("NFC", _SPACES.sub(" ", spaced))
    if not name:
        raise NameRefused(NameProblem.EMPTY)
    if len(name) > LONGEST_NAME:
        raise NameRefused(NameProblem.TOO_LONG)
    _refuse_what_no_name_has(name)
    return name


def unsafe_character(char: str) -> NameProblem | None:
    """What is wrong with a character that could hide or reorder what staff read; None for all others."""
    category = unicodedata.category(char)
    if category in {"Cc", "Cs", "Zl", "Zp"}:
        return NameProblem.CONTROL_CHARACTER
    if category == "Cf" or char in _FILLERS or "\ufe00" <= char <= "\ufe0f":
        return NameProblem.INVISIBLE_CHARACTER
    return None


def _refuse_what_no_name_has(name: str) -> None:
    letters = marks_in_a_row = 0
    for char in name:
        category = unicodedata.category(char)
        marks_in_a_row = marks_in_a_row + 1 if category[0] == "M" else 0
        if char in _ALLOWED_MARKS:
            continue
        if category[0] == "N":
            raise NameRefused(NameProblem.DIGIT)
        if category[0] not in "LM" or marks_in_a_row > _MOST_MARKS_IN_A_ROW:
            raise NameRefused(NameProblem.SYMBOL)
        letters += category[0] == "L"
    if not letters:
        raise NameRefused(NameProblem.NO_LETTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherName:
    """An earlier or second name on a record; either half may be blank, meaning "the same as now"."""

    first_name: str = field(default="", repr=False)
    last_surname: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A name made comparable: lower-case Latin words, the same run together, and its generation if stated."""

    tokens: tuple[str, ...] = field(repr=False)
    joined: str = field(repr=False)
    # `joined` and, for letters with a customary two-letter spelling, that too: muller and mueller.
    spellings: frozenset[str] = field(repr=False)
    generation: int | None


_GENERATIONS = {
    "sr": 1, "senior": 1, "i": 1, "1st": 1,
    "jr": 2, "junior": 2, "ii": 2, "2nd": 2,
    "iii": 3, "3rd": 3, "iv": 4, "4th": 4, "v": 5, "5th": 5,
}  # fmt: skip
# In a name "I" and "V" are initials more often than generations; in the suffix column they are not.
_SUFFIX_WORDS = frozenset(_GENERATIONS) - {"i", "v"}

_DROPPED = str.maketrans("", "", APOSTROPHES + ".\u00ad")
_SPACED = str.maketrans(dict.fromkeys(HYPHENS + ",", " "))
_TWO_LETTER = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "å": "aa",
        "ø": "oe",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "Å": "Aa",
        "Ø": "Oe",
    }
)
# Cyrillic and Greek letters that look Latin. Used only inside a word that also has Latin letters: a word
# wholly in another script is transliterated by sound instead.
_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјкорсухԁԛԝһӏ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυχι",
    "ABESIJKMHOPCTYXaesijkopcyxdqwhl" + "ABEZHIKMNOPTYXavopuxi",
)
_BASIC_OR_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> Folded:
    """`text` without case, accents, apostrophes, dots, hyphens and generation; never raises."""
    tokens, generation = _without_generation(_words(text))
    joined = "".join(tokens)
    spellings = {joined}
    composed = unicodedata.normalize("NFC", text)
    expanded = composed.translate(_TWO_LETTER)
    if expanded != composed:
        spellings.add("".join(_without_generation(_words(expanded))[0]))
    return Folded(tokens=tokens, joined=joined, spellings=frozenset(spellings), generation=generation)


def generation_of(suffix: str) -> int | None:
    """1 for Sr, 2 for Jr and II, 3 for III and so on; None when blank or not a generation (PhD, RN)."""
    return _GENERATIONS.get("".join(_words(suffix)))


def _words(text: str) -> list[str]:
    # Apostrophes first: NFKC would turn an acute accent used as one into a space.
    compatible = (
        unicodedata.normalize("NFKC", text.translate(_DROPPED)).translate(_DROPPED).translate(_SPACED)
    )
    words = []
    for word in compatible.split():
        plain = word.translate(_LOOK_ALIKES) if _BASIC_OR_LATIN.search(word) else word
        # anyascii writes letters such as the soft sign as marks, and a few (the raised dot) as a hyphen.
        letters = _NOT_ALPHANUMERIC.sub("", anyascii(plain).casefold())
        if letters:
            words.append(letters)
    return words


def _without_generation(words: list[str]) -> tuple[tuple[str, ...], int | None]:
    generation = None
    # The last word standing is the name itself: there are people whose surname is Senior.
    while len(words) > 1 and words[-1] in _SUFFIX_WORDS:
        generation = _GENERATIONS[words[-1]]
        words = words[:-1]
    return tuple(words), generation
