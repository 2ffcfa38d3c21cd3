"""PURE. What a password may not be made of, because others know it: her names, username, address, birth date; and the
agency's own words. passwords.py asks here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from kecs.accounts.dressed_words import folded, readings

SHORTEST_PIECE = 3
WORDS = re.compile(r"[^\W\d_]+")
SIGNS = re.compile(r"[\W_]+")
DATE_FORMS = ("%Y", "%m%d%Y", "%d%m%Y", "%Y%m%d", "%m%d%y", "%d%m%y", "%y%m%d", "%m%d")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalFacts:
    """What is known of the person who chooses a password."""

    texts: tuple[str, ...] = field(default=(), repr=False)  # names, username
    email: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)

    def pieces(self) -> frozenset[str]:
        """The pieces that a password may hold, in small letters."""
        local_part = self.email.partition("@")[0]
        return pieces_of([*self.texts, local_part]) | _dates(self.birth_date)


def pieces_of(texts: Iterable[str]) -> frozenset[str]:
    """Each text as one word, and its words."""
    found = set()
    for text in texts:
        plain = folded(text)
        words = WORDS.findall(plain)
        found |= {plain, SIGNS.sub("", plain), "".join(words), *words}
    return frozenset(piece for piece in found if len(piece) >= SHORTEST_PIECE)


@lru_cache(maxsize=8)
def pieces_of_ours(our_words: tuple[str, ...]) -> frozenset[str]:
    """The same of the agency's own words: they stay while the process lives."""
    return pieces_of(our_words)


def _dates(born: date | None) -> frozenset[str]:
    if born is None:
        return frozenset()
    spelled = {born.strftime(form) for form in DATE_FORMS}
    return frozenset({*spelled, f"{born.month}{born.day}{born.year}", f"{born.month}{born.day}{born:%y}"})


def is_mostly(password: str, pieces: Iterable[str]) -> bool:
    """Whether these pieces make up half of it or more, read as it is or with signs as letters. A date may have signs in it."""
    longest_first = sorted(pieces, key=len, reverse=True)
    return any(_covers(text, longest_first) for text in {folded(password), *readings(folded(password))})


def _covers(text: str, pieces: list[str]) -> bool:
    covered, without_signs = [False] * len(text), SIGNS.sub("", text)
    for piece in pieces:
        # A look whether it can be there at all first: a pattern of each piece of hers would cost more than all else here.
        if piece not in (without_signs if piece.isdigit() else text):
            continue
        pattern = r"[\W_]?".join(piece) if piece.isdigit() else re.escape(piece)
        for found in re.finditer(pattern, text):
            covered[found.start() : found.end()] = [True] * (found.end() - found.start())
    return sum(covered) * 2 >= len(text) > 0 and any(covered)
