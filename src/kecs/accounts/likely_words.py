"""PURE. Does a run of letters look like a word of English or Spanish, or a name, though no list has it? dressed_words.py asks.

Judged by which letter follows which, in the names of the census and our own words.
"""

from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import log2

EDGE = "^"
# The list of names is long, and the end of it rare.
NAMES = 20_000


@cache
def words_of(language: str) -> tuple[str, ...]:
    """Our own list of plain words, from which passwords are suggested too."""
    text = files("kecs.accounts").joinpath(f"words/{language}.txt").read_text(encoding="ascii")
    return tuple(text.split())


@cache
def names() -> tuple[str, ...]:
    """First names and surnames of the 1990 census (public domain, in the package `names`), the most common first in each."""
    sources = ("dist.female.first", "dist.male.first", "dist.all.last")
    return tuple(
        line.split(maxsplit=1)[0].casefold()
        for source in sources
        for line in files("names").joinpath(source).read_text(encoding="ascii").splitlines()[:NAMES]
    )


@cache
def _surprise() -> dict[tuple[str, str], float]:
    """Bits of surprise at each letter after another."""
    # Our words stand for all plain ones: there are few of them, so each counts several times.
    words = [*names(), *10 * words_of("en"), *10 * words_of("es")]
    pairs = Counter(pair for word in words for pair in pairwise(f"{EDGE}{word}{EDGE}"))
    after: Counter[str] = Counter()
    for (first, _second), count in pairs.items():
        after[first] += count
    return {pair: -log2(count / after[pair[0]]) for pair, count in pairs.items()}


NEVER_SEEN = 12.0


def surprise(word: str) -> float:
    """Bits of surprise a letter, 3 to 4 for words, 5 and more for letters thrown together."""
    bits = [_surprise().get(pair, NEVER_SEEN) for pair in pairwise(f"{EDGE}{word}{EDGE}")]
    return sum(bits) / len(bits)
