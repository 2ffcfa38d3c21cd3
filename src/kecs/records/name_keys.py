"""PURE. The pairs of folded names under which staff find a person; records' actions, the import and reindex call this.

A pair is one surname with one given name. Everything that somebody may be called is a pair of its own: each part of a
compound name, former names, the middle name. So a search for both names is one look into one index, in any order of the
names, and a search for the beginning of either is a range of it. docs/adr/0025-find-a-person.md tells why.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from kecs.matching.levels import surname_parts
from kecs.matching.names import OtherName, fold

LONGEST_KEY = 64  # letters of a folded name; what is longer is cut, and found by its beginning
MOST_PARTS = 12  # of each name: a name of forty words must not make a thousand keys
VERSION = 1  # rises when the keys of a name change, so that `kecs reindex` makes them anew


class NamePair(NamedTuple):
    """One row of the index. Personal data, so it has no repr. Either half may be blank: there is none on file."""

    surname: str
    given: str

    def __repr__(self) -> str:
        return "NamePair()"


def name_keys(
    *, first_name: str, middle_name: str, last_surname: str, other_names: Iterable[OtherName] = ()
) -> tuple[NamePair, ...]:
    """All keys of one person, each once. Nobody without any name has one."""
    surnames, givens = name_forms(last_surname), name_forms(first_name)
    if middle_name:
        givens += tuple(form for form in name_forms(middle_name) if len(form) > 1)  # an initial is no name
    for other in other_names:
        surnames += name_forms(other.last_surname)
        givens += name_forms(other.first_name)
    if not surnames and not givens:
        return ()
    lasts = tuple(dict.fromkeys(surnames))[:MOST_PARTS] or ("",)
    firsts = tuple(dict.fromkeys(givens))[:MOST_PARTS] or ("",)
    return tuple([NamePair(last, first) for last in lasts for first in firsts])


@lru_cache(maxsize=65_536)
def name_forms(name: str) -> tuple[str, ...]:
    """A name run together, in both spellings of ä, ö, ü, å and ø, and each part that can stand alone."""
    if not name:
        return ()
    folded = fold(name)
    forms = [folded.joined, *sorted(folded.spellings), *surname_parts(folded.tokens)]
    return tuple(dict.fromkeys(form[:LONGEST_KEY] for form in forms if form))
