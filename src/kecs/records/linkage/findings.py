"""Finds likely duplicates among records: rows in, scores out, each pair judged by the kin rule. Reads no database.

Called by the command with what index reads, by the benchmark with what it makes, and by tests.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from kecs.records.linkage.engine import Engine, scored_pairs, told_by_kind
from kecs.records.linkage.facts import Facts
from kecs.records.linkage.kin import Verdict, verdict_on
from kecs.records.linkage.model import Model
from kecs.records.linkage.rows import Row, row_of
from kecs.records.linkage.tokens import Tokens
from kecs.records.linkage.waterfall import Waterfall

_HALF = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A pair that is more than a coincidence, what it is to staff, and why."""

    record_ids: tuple[UUID, UUID]  # the smaller first
    verdict: Verdict
    waterfall: Waterfall


class _Places:
    """Record ids by their places in the run: 16 bytes each, for ten million of them."""

    def __init__(self) -> None:
        self._halves = array("Q")

    def add(self, record_id: UUID) -> int:
        """The next place."""
        high, low = divmod(record_id.int, 1 << _HALF)
        self._halves.extend((high, low))
        return len(self._halves) // 2 - 1

    def at(self, place: int) -> UUID:
        """The id that stands there."""
        high, low = self._halves[2 * place : 2 * place + 2]
        return UUID(int=(high << _HALF) + low)


def findings(
    *, records: Iterable[tuple[UUID, Facts]], engine: Engine, model: Model, threshold: float
) -> Iterator[Finding]:
    """Every pair at or above the threshold (in bits) that is something to staff, in no order. Raises LinkageFailed."""
    tokens, places = Tokens(), _Places()

    def rows() -> Iterator[Row]:
        for record_id, facts in records:
            yield row_of(facts, place=places.add(record_id), tokens=tokens)

    with told_by_kind(engine):
        engine.load(rows())
    for pair in scored_pairs(engine, model, threshold=threshold):
        verdict = verdict_on(pair.waterfall.levels, generations=pair.generations)
        if verdict is Verdict.NOTHING:
            continue
        one, other = sorted(places.at(place) for place in pair.places)
        yield Finding(record_ids=(one, other), verdict=verdict, waterfall=pair.waterfall)
