"""How hard a text reads, in English and in Spanish, by the formulas that agencies use; both count sentences, words and syllables.

A line's end ends a sentence. Texts of few words have no meaningful figure: one long word decides.
"""

import re
from collections.abc import Iterable

HARDEST = 8.0  # the school grade that a page's English may ask of its reader
# Fernández Huerta's scale, as INFLESZ reads it: 55 to 65 is normal, 65 to 80 quite easy, above 80 very easy.
LEAST_EASE = 60
FEWEST_WORDS = 20
FEWEST_WORDS_OF_A_PAGE = 30  # in sentences: of fewer, one long word decides


# --- English -----------------------------------------------------------------------------------------------------


def syllables(word: str) -> int:
    """About how many: groups of vowels, without the silent e at the end."""
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee", "ie", "ye"))
    past = word.endswith("ed") and not word.endswith(("ted", "ded"))
    return max(1, groups - silent - past)


def grade(text: str) -> float:
    """The U.S. school grade that can read this English: Kincaid, Fishburne, Rogers and Chissom 1975. 0 for few words."""
    sentences = [
        found
        for sentence in re.split(r"[.!?:\n]+(?=\s|$)|\n+", text)
        if (found := re.findall(r"[a-z]+(?:'[a-z]+)?", sentence.lower()))
    ]
    words = [word for sentence in sentences for word in sentence]
    if len(words) < FEWEST_WORDS:
        return 0.0
    spoken = sum(syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * spoken / len(words) - 15.59


# --- Spanish -----------------------------------------------------------------------------------------------------


def syllables_in_spanish(word: str) -> int:
    """Of a Spanish word: its strong vowels, and its groups of weak ones alone (cuenta 2, día 2, ciudad 2)."""
    spoken = re.sub(
        r"(?<=q)u|(?<=g)u(?=[eéií])|y$", lambda silent: "i" if silent[0] == "y" else "", word.lower()
    )
    groups = re.findall("[aeiouáéíóúü]+", spoken)
    return max(1, sum(max(1, len(re.findall("[aeoáéíóú]", group))) for group in groups))


def reading_ease(sentences: Iterable[str]) -> float:
    """Fernández Huerta, 1959: 206.84 - 60 syllables a word - 1.02 words a sentence. 100 for no words."""
    pieces = [
        re.findall(r"[^\W\d_]+", piece) for text in sentences for piece in re.split(r"[.:;?!…\n]+", text)
    ]
    spoken = [words for words in pieces if words]
    words = [word for piece in spoken for word in piece]
    if not words:
        return 100.0
    return 206.84 - 60 * sum(map(syllables_in_spanish, words)) / len(words) - 1.02 * len(words) / len(spoken)
