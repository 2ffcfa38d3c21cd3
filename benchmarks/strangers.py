"""How often a search by somebody who has no record is offered a stranger's, counted one by one. Called by matching.py.

Every searcher is paired with everybody on file who shares her birth date and last 4, and the product decides on those pairs; all
others could not be offered whatever their names, which a test of the product holds. Nothing is estimated but the interval.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from benchmarks.corruptions import as_on_file
from benchmarks.onfile import candidate_of, claim_of, join_on_search_key, record_of
from benchmarks.population import Column, Population, generate
from kecs.matching.decide import Outcome, decide
from kecs.matching.keys import claim_keys

AT_ONCE = 10_000_000  # searchers in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What so many searches among so many people came to."""

    on_file: int
    searches: int
    pairs: int  # that share birth date and last 4
    offered: int
    agreed: dict[str, int]  # what agreed where a stranger was offered, and how often
    seconds: float

    @property
    def interval(self) -> tuple[float, float]:
        """The exact Poisson interval of 95 % for the chance of one search."""
        low = chi2.ppf(0.025, 2 * self.offered) / 2 if self.offered else 0.0
        return float(low) / self.searches, float(chi2.ppf(0.975, 2 * self.offered + 2)) / 2 / self.searches


def strangers_shown(
    population: Population, *, searches: int, sizes: tuple[int, ...], seed: int
) -> list[Shown]:
    """For each size, the first so many people of the population on file, and so many searches."""
    began = time.perf_counter()
    pairs: Counter[int] = Counter()
    agreed: dict[int, Counter[str]] = {size: Counter() for size in sizes}
    for batch, start in enumerate(range(0, searches, AT_ONCE)):
        people = generate(min(AT_ONCE, searches - start), seed=seed + batch)
        for stranger, places in _sharing(population, people):
            for size in sizes:
                met = [place for place in places if place < size]
                pairs[size] += len(met)
                if met:
                    because = _offered(population, people, stranger, met, size)
                    agreed[size].update([because] if because else [])
    return [
        Shown(
            on_file=size,
            searches=searches,
            pairs=pairs[size],
            offered=agreed[size].total(),
            agreed=dict(agreed[size].most_common()),
            seconds=time.perf_counter() - began,
        )
        for size in sizes
    ]


def _sharing(population: Population, people: Population) -> Iterator[tuple[int, list[int]]]:
    """Each searcher with those who share her numbers; in the order of surnames, whose prices the product keeps in memory."""
    strangers, places = join_on_search_key(population, people)
    order = np.lexsort((strangers, people.last[strangers]))
    strangers, places = strangers[order], places[order]
    for group in _groups(strangers):
        yield int(strangers[group][0]), places[group].tolist()


def _groups(column: Column) -> Iterator[slice]:
    ends = np.flatnonzero(np.diff(column)) + 1
    starts = [0, *ends.tolist()] if len(column) else []
    for start, end in zip(starts, [*starts[1:], len(column)], strict=False):
        yield slice(start, end)


def _offered(
    population: Population, people: Population, stranger: int, places: list[int], size: int
) -> str | None:
    claim = claim_of(as_on_file(people.person(stranger)))
    if not claim_keys(claim):
        return None  # no number ends so
    candidates = [
        candidate_of(record_of(population.person(place), f"p{place}"), claim, ssn=None) for place in places
    ]
    decision = decide(claim, candidates, population=size)
    return ", ".join(decision.because) if decision.outcome is Outcome.ONE else None
