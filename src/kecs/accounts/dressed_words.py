"""PURE. Passwords that many people think of: one word, dressed up with capitals, look-alike signs, digits and signs.

Rules of composition breed them (Teacher2024!, P@ssw0rd1), and whoever guesses tries them first. passwords.py asks here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, product
from unicodedata import combining, normalize

from zxcvbn_rs_py import zxcvbn

from kecs.accounts.likely_words import names, surprise, words_of

# What stands before or after the word: digits with up to two signs on either side of them.
DECORATION = re.compile(r"[\W_]{0,2}\d{0,8}[\W_]{0,2}\Z")
LONGEST_DECORATION = 12
USUAL = re.compile(r"[\d!@#$%&*?.,_+ =-]*")
SHORTEST_WORD = 3
# Which letters a sign stands for.
LOOKS_LIKE = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "li", "€": "e",
}  # fmt: skip
MOST_READINGS = 16
# A word of this many letters is common if it is found within 10^x guesses. Short ones must be very common: a random
# password holds some short word by chance. What is no single listed word takes 10^4 guesses and more.
COMMON_WITHIN = {3: 2.9, 4: 3.95, 5: 3.95, 6: 4.4, 7: 5.0}
LONG_COMMON_WITHIN = 6.3
# The same for a word that was read out of letters and signs, of which chance makes more.
COMMON_WITHIN_SIGNS = {3: 0.0, 4: 3.4, 5: 3.9, 6: 4.0}
LONG_COMMON_WITHIN_SIGNS = 4.5
LONG_WORD, LONG_PASSWORD = 6, 12
SHORT_WORD = 4  # up to here, only where capitals and decoration are such as people choose
# What looks like a word and is on no list: so many letters, so few bits of surprise a letter, and few signs in it.
WORD_LENGTHS = range(5, 13)
# A longer one is two words or three, unless it ends as long words do.
LONG_ENDINGS = re.compile(
    r".{7,12}(tions?|ations?|ed|ing|ings|ly|ments?|ness|able|ible|ality|cion|ciones|dor|dora|dores|mente|idad)\Z"
)
SIGNS_IN_LIKELY = {5: 0, 6: 1, 7: 1}
SHORT_WORD_SURPRISE, WORD_SURPRISE = 4.2, 4.6


def folded(text: str) -> str:
    """Small letters without accents, letter for letter."""
    return text.lower() if text.isascii() else "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    base = [part for part in normalize("NFD", character) if not combining(part)]
    return base[0].lower()[:1] if base else character


@cache
def _known_words() -> frozenset[str]:
    """Words and names that the estimator does not know, or takes for rarer than they are."""
    return frozenset(
        word
        for word in {*names(), *words_of("en"), *words_of("es"), *words_of("es_common")}
        if len(word) >= SHORT_WORD
    )


@lru_cache(maxsize=4096)
def _is_listed(word: str, *, has_signs: bool) -> bool:
    """Whether this (small letters) is a word, a name, a walk over the keyboard or two short words, as people choose them."""
    if word in _known_words():
        return True
    if has_signs:
        within = COMMON_WITHIN_SIGNS.get(len(word), LONG_COMMON_WITHIN_SIGNS)
    else:
        within = COMMON_WITHIN.get(len(word), LONG_COMMON_WITHIN)
    guesses: float = zxcvbn(word).guesses_log10
    return guesses < within


def _signs_in(length: int) -> int:
    """How many letters of a word people turn into signs: half of a long word, one of a short one."""
    return length * 2 // 3 if length > LONG_WORD else length // 2


def readings(text: str) -> Iterator[str]:
    """The text with signs read as the letters they look like, in each of the first few ways."""
    letters = product(*(LOOKS_LIKE.get(character, character) for character in text))
    return ("".join(chosen) for chosen in islice(letters, MOST_READINGS))


@dataclass(frozen=True, slots=True)
class Core:
    """What may be the word in a password, read as small letters."""

    word: str
    signs: int  # how many of its letters are signs or digits
    as_people_do: bool  # capitals and decoration are such as people choose
    in_long: bool  # chance makes no word in a long password


def cores(password: str) -> Iterator[Core]:
    """Every way of telling word from decoration, and signs from letters."""
    text = folded(password)
    starts = [at for at in range(LONGEST_DECORATION + 1) if DECORATION.match(text[:at])]
    ends = [
        len(text) - at for at in range(LONGEST_DECORATION + 1) if DECORATION.match(text[len(text) - at :])
    ]
    for start, end in sorted(set(product(starts, ends))):
        core = text[start:end]
        signs = sum(not character.isalpha() for character in core)
        if len(core) < SHORTEST_WORD or signs > _signs_in(len(core)):
            continue
        around = text[:start] + text[end:]
        as_people_do = USUAL.fullmatch(around) is not None and _cased_as_people_do(password[start:end])
        for reading in readings(core):
            if reading.isalpha():
                yield Core(reading, signs, as_people_do, len(text) >= LONG_PASSWORD)


def _cased_as_people_do(core: str) -> bool:
    capitals = [character.isupper() for character in core if character.isalpha()]
    return all(capitals) or not any(capitals[1:-1])


def _is_common(core: Core) -> bool:
    """A word, a name, a walk over the keyboard or two short words, as people choose them."""
    if len(core.word) <= SHORT_WORD and not core.as_people_do:
        return False
    return _is_listed(core.word, has_signs=core.signs > 0) or _is_likely(core)


def _is_likely(core: Core) -> bool:
    """On no list, and yet a word to all appearance: somebody's list has it."""
    length = len(core.word)
    if length not in WORD_LENGTHS and not LONG_ENDINGS.match(core.word):
        return False
    signs = length // 2 if core.in_long else SIGNS_IN_LIKELY.get(length, length // 3)
    if not core.as_people_do or core.signs > signs:
        return False
    return surprise(core.word) < (SHORT_WORD_SURPRISE if len(core.word) == WORD_LENGTHS[0] else WORD_SURPRISE)


def _halved(core: Core) -> Core:
    """A word written twice is that word."""
    half = len(core.word) // 2
    if half < SHORTEST_WORD or core.word[:half] * 2 != core.word:
        return core
    return Core(core.word[:half], core.signs // 2, core.as_people_do, core.in_long)


def is_dressed_up_word(password: str, extra_words: Iterable[str] = ()) -> bool:
    """One common word or name, or one of `extra_words` (small letters), and nothing but decoration around it."""
    extra = frozenset(extra_words)
    return any(
        core.word in extra or _is_common(core) for core in map(_halved, dict.fromkeys(cores(password)))
    )
