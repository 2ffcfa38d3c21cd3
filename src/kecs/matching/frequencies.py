"""How common a name is, and how common are those near it; called by evidence.

The counts are those of the 1990 census of the United States (public domain), in the package `names`. They are shares of
all people; names outside the lists, a tenth of all people, are each taken to be as rare as the rarest inside.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import islice, takewhile
from types import MappingProxyType

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from kecs.matching.levels import ALIKE_FROM, likeness, slips_allowed
from kecs.matching.sounds import sound

# Names rarer than this are left out where near names are summed: they are four fifths of the list and a tenth of
# the people, and _UNSEEN makes up for them.
_COMMON_FROM = 2e-5
_UNSEEN = 1.25


def _listed(file_name: str) -> Iterator[tuple[str, float]]:
    for line in files("names").joinpath(file_name).read_text(encoding="ascii").splitlines():
        name, per_cent, *_rest = line.split()
        yield name.casefold(), float(per_cent) / 100


@cache
def surnames() -> Mapping[str, float]:
    """Share of the people who have each surname."""
    return MappingProxyType(dict(_listed("dist.all.last")))


@cache
def first_names(women: float) -> Mapping[str, float]:
    """Share of the people who have each first name, where `women` of them are women."""
    shares: dict[str, float] = {}
    for file_name, weight in (("dist.female.first", women), ("dist.male.first", 1 - women)):
        for name, share in _listed(file_name):
            shares[name] = shares.get(name, 0.0) + weight * share
    return MappingProxyType(shares)


class Near:
    """Sums over the names that are near a given one. Made once for each list; asking is a matter of half a millisecond."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._shares = {name: share for name, share in shares.items() if share >= _COMMON_FROM}
        self._names = list(self._shares)
        self._sorted = sorted(self._names)
        self._by_initial: dict[str, float] = {}
        self._by_sound: dict[str, list[str]] = {}
        for name in self._names:
            self._by_sound.setdefault(sound(name), []).append(name)
            self._by_initial[name[0]] = self._by_initial.get(name[0], 0.0) + self._shares[name]

    def slips_and_alike(self, name: str) -> tuple[float, float]:
        """Share of the people whose name is a slip away from this one, and of those whose name is only alike."""
        slip = alike = 0.0
        for other in self._candidates(name):
            level = None if other == name else likeness(name, other)
            if level == "typo":
                slip += self._shares[other]
            elif level == "alike":
                alike += self._shares[other]
        return slip * _UNSEEN, alike * _UNSEEN

    def _candidates(self, name: str) -> set[str]:
        slips = slips_allowed(len(name))
        by_slip = process.extract(
            name, self._names, scorer=OSA.distance, score_cutoff=slips, limit=None, score_hint=0
        )
        by_look = process.extract(
            name, self._names, scorer=JaroWinkler.similarity, score_cutoff=ALIKE_FROM, limit=None
        )
        found = {other for other, _score, _place in (*by_slip, *by_look)}
        return found | set(self._by_sound.get(sound(name), ()))

    def beginnings(self, name: str) -> float:
        """Share of the people whose name begins with this one, or is the beginning of it: three letters or more."""
        start = bisect_left(self._sorted, name)
        longer = takewhile(lambda other: other.startswith(name), islice(self._sorted, start, None))
        shorter = (name[:length] for length in range(3, len(name)))
        share = sum(self._shares[other] for other in longer if other != name)
        return _UNSEEN * (share + sum(self._shares.get(other, 0.0) for other in shorter))

    def initials(self, name: str) -> float:
        """Share of the people whose name has the same first letter."""
        return _UNSEEN * self._by_initial.get(name[:1], 0.0)
