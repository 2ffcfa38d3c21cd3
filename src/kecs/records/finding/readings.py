"""PURE. Which names somebody may have meant, from the likeliest to the least; called by this room's queries.

Nothing here is told which word is the first name: people type "Katie Smith", "Smith, Katie", "smith kat" and "de la Cruz".
Each way of reading it is a pair to look up; the sorts stand in the order in which their finds are shown.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import permutations

from kecs.matching.names import HYPHENS, fold
from kecs.matching.nicknames import forms_of
from kecs.records.name_keys import LONGEST_KEY, NamePair

MOST_WORDS = 8  # what follows is not looked at
SHORTEST_BEGINNING = 2  # letters: one letter alone begins too many names to be worth showing
MOST_RANGES = 6
MOST_PAIRS = 40

_BETWEEN = re.compile(rf"[\s{re.escape(HYPHENS)}]+")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "sr", "sra", "srta"})


class How(StrEnum):
    """How a name was found, the closest first."""

    EXACT = "exact"
    BEGINNING = "beginning"
    NICKNAME = "nickname"
    PART = "part"  # two of the words that were typed, and not the others


@dataclass(frozen=True, slots=True)
class Range:
    """A surname and a given name to look for: each whole, or the beginning of one. None stands for any."""

    surname: str | None = field(repr=False)
    given: str | None = field(repr=False)
    surname_is_whole: bool = True
    given_is_whole: bool = True

    def holds(self, pair: NamePair) -> bool:
        """Whether this pair is in it."""
        return _matches(pair.surname, self.surname, self.surname_is_whole) and _matches(
            pair.given, self.given, self.given_is_whole
        )


def _matches(name: str, asked: str | None, is_whole: bool) -> bool:
    return asked is None or (name == asked if is_whole else name.startswith(asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What to look up, sort by sort. Pairs are whole names; ranges are looked up one by one, in their order."""

    whole_ranges: tuple[Range, ...] = ()  # one name alone, whole: whoever has it
    pairs: tuple[NamePair, ...] = ()
    beginnings: tuple[Range, ...] = ()
    nicknames: tuple[NamePair, ...] = ()
    nickname_ranges: tuple[Range, ...] = ()
    parts: tuple[NamePair, ...] = ()


# Ways to read it, as given names and surnames, each in all its spellings.
Ordered = list[tuple[tuple[str, ...], tuple[str, ...]]]


def readings(text: str) -> Readings:
    """Every way to read a name as typed. Empty where no letter is left of it."""
    before, comma, after = text.partition(",")
    if comma and _words(before) and _words(after):
        return _surname_first(_words(before), _words(after))
    words = _words(text)
    if len(words) < 2:
        return _of_one(words) if words else Readings()
    return _of_several(words)


def _words(text: str) -> list[str]:
    """The words of a name, without titles and generations: Mrs., Jr."""
    words = [word for word in _BETWEEN.split(text.replace(",", " ")) if fold(word).joined][:MOST_WORDS]
    kept = [word for word in words if not _is_no_name(word)]
    return kept or words


def _is_no_name(word: str) -> bool:
    # A generation is told from a name only behind one.
    return fold(word).joined in _TITLES or fold(f"x {word}").generation is not None


def _forms(words: list[str]) -> tuple[str, ...]:
    """Run together, in both spellings of ä, ö, ü, å and ø."""
    folded = fold(" ".join(words))
    return tuple(dict.fromkeys(form[:LONGEST_KEY] for form in (folded.joined, *sorted(folded.spellings))))


def _of_one(words: list[str]) -> Readings:
    forms = _forms(words)
    long = [form for form in forms if len(form) >= SHORTEST_BEGINNING]
    nicknames = sorted(forms_of(forms[0]))
    return Readings(
        whole_ranges=(*(Range(form, None) for form in forms), *(Range(None, form) for form in forms)),
        beginnings=(
            *(Range(form, None, surname_is_whole=False) for form in long),
            *(Range(None, form, given_is_whole=False) for form in long),
        ),
        nickname_ranges=tuple(Range(None, name) for name in nicknames),
    )


def _of_several(words: list[str]) -> Readings:
    """Any place may be where the given names end, and either side may be the surname."""
    splits = [(_forms(words[:place]), _forms(words[place:])) for place in range(1, len(words))]
    # The last place first: one surname is more usual than two. Then the same, surname first.
    ordered = splits[::-1] + [(given, surname) for surname, given in splits]
    whole, parts = _forms(words), _parts(words)
    return Readings(
        pairs=_pairs(ordered),
        whole_ranges=(*(Range(form, None) for form in whole), *(Range(None, form) for form in whole)),
        beginnings=_beginnings(ordered, whole) if len(words) == 2 else _unfinished(splits, whole),
        nicknames=_pairs([(_nicknames(given), surname) for given, surname in [*ordered, *parts]]),
        parts=_pairs(parts),
    )


def _surname_first(surname: list[str], given: list[str]) -> Readings:
    """With a comma there is no doubt which is which."""
    ordered = [(_forms(given), _forms(surname))]
    parts = [(_forms([one]), _forms([other])) for one in given for other in surname]
    return Readings(
        pairs=_pairs(ordered),
        beginnings=_beginnings(ordered, ()),
        nicknames=_pairs([(_nicknames(one), other) for one, other in [*ordered, *parts]]),
        parts=_pairs(parts),
    )


def _nicknames(forms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({name for form in forms for name in forms_of(form)}))


def _pairs(ordered: Ordered) -> tuple[NamePair, ...]:
    """As (given names, surnames); each pair once."""
    pairs = [
        NamePair(surname, given) for givens, surnames in ordered for surname in surnames for given in givens
    ]
    return tuple(dict.fromkeys(pairs))[:MOST_PAIRS]


def _parts(words: list[str]) -> Ordered:
    """Any two of the words, where there are more, or one is compound: the record may lack the others."""
    long = [word for word in words if len(fold(word).joined) > 1]
    return [(_forms([one]), _forms([other])) for one, other in permutations(long, 2)]


def _beginnings(ordered: Ordered, whole: tuple[str, ...]) -> tuple[Range, ...]:
    """Which word is unfinished? The one typed last, most likely: "smith kat". Of two words either one, or both."""
    found = [
        Range(surnames[0], givens[0], surname_is_whole=surname_is_whole, given_is_whole=given_is_whole)
        for given_is_whole, surname_is_whole in ((False, True), (True, False), (False, False))
        for givens, surnames in ordered
    ]
    alone = [Range(form, None, surname_is_whole=False) for form in whole if len(form) >= SHORTEST_BEGINNING]
    return (*[each for each in found if _is_narrow(each)][:MOST_RANGES], *alone)


def _unfinished(splits: Ordered, whole: tuple[str, ...]) -> tuple[Range, ...]:
    """Of several words the right side, where the last one was typed, whichever it is."""
    found = []
    for left, right in splits[::-1]:
        found.append(Range(right[0], left[0], surname_is_whole=False))
        found.append(Range(left[0], right[0], given_is_whole=False))
    return (*found[:MOST_RANGES], Range(whole[0], None, surname_is_whole=False))


def _is_narrow(each: Range) -> bool:
    """Whether one half limits what must be read: a name, or two letters of both names."""
    surname, given = len(each.surname or ""), len(each.given or "")
    if each.surname_is_whole or each.given_is_whole:
        return (each.surname_is_whole and surname > 1) or (each.given_is_whole and given > 1)
    return min(surname, given) >= SHORTEST_BEGINNING
