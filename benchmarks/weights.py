"""Learns how often each level comes out for true pairs, from FEBRL 1 to 3; the "m" of `kecs/matching/weights.toml`.

`python -m benchmarks.weights` prints the counts, for whoever doubts that file. A pair is a duplicate and its original, both
with all four facts, compared by the product's own levels. The shares of the two names are among pairs that are not swapped.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks import febrl
from benchmarks.corruptions import Typed
from benchmarks.onfile import Record
from kecs.matching.facts import FactLevel, compare_birth_dates, compare_last4
from kecs.matching.levels import Level, NameLevels, RecordNames, compare_names


@dataclass(slots=True)
class Counts:
    """How often each level came out."""

    pairs: int = 0
    swapped: int = 0
    first_name: Counter[Level] = field(default_factory=Counter)
    last_surname: Counter[Level] = field(default_factory=Counter)
    birth_date: Counter[FactLevel] = field(default_factory=Counter)
    last4: Counter[FactLevel] = field(default_factory=Counter)

    def shares(self) -> dict[str, dict[str, float]]:
        """By fact and level."""
        fields: dict[str, Counter[Any]] = {
            "first_name": self.first_name,
            "last_surname": self.last_surname,
            "birth_date": self.birth_date,
            "last4": self.last4,
        }
        found = {
            name: {level.value: count / counts.total() for level, count in counts.most_common()}
            for name, counts in fields.items()
        }
        return found | {"swapped": {"share": self.swapped / self.pairs}}


def learn(sets: Iterable[str] = febrl.SETS) -> Counts:
    """The counts of these sets together."""
    counts = Counts()
    for typed, record in _pairs(sets):
        counts.pairs += 1
        counts.birth_date[compare_birth_dates(typed.birth_date, record.birth_date)] += 1
        counts.last4[compare_last4(typed.last4, record.ssn[-4:])] += 1
        names = RecordNames(first_name=record.first_name, last_surname=record.last_surname)
        reading = _reading(compare_names(typed.first_name, typed.last_surname, names))
        if reading.swapped:
            counts.swapped += 1
        else:
            counts.first_name[_one_for_the_same(reading.first_name)] += 1
            counts.last_surname[_one_for_the_same(reading.last_surname)] += 1
    return counts


def _pairs(sets: Iterable[str]) -> Iterator[tuple[Typed, Record]]:
    for name in sets:
        one = febrl.load(name)
        on_file = {record.id: record for record in one.records}
        for typed, of_whom in one.people:
            record = on_file[of_whom]
            if record.first_name and record.last_surname and record.birth_date:
                yield typed, record


def _reading(readings: tuple[NameLevels, ...]) -> NameLevels:
    """As typed, unless a name so disagrees and swapped both agree."""
    straight = readings[0]
    if len(readings) == 1 or (straight.first_names_agree and straight.last_surnames_agree):
        return straight
    return readings[1]


def _one_for_the_same(level: Level) -> Level:
    return Level.EXACT if level is Level.JOINED else level


def main() -> None:
    """Prints counts and shares."""
    began = time.perf_counter()
    counts = learn()
    print(f"{counts.pairs:,} pairs of {', '.join(febrl.SETS)}; {counts.swapped} with the names swapped.")
    numbers = {
        "first_name": counts.first_name,
        "last_surname": counts.last_surname,
        "birth_date": counts.birth_date,
        "last4": counts.last4,
    }
    for name, levels in counts.shares().items():
        print(f"\n[{name}]")
        for level, share in levels.items():
            number = numbers[name][level] if name in numbers else counts.swapped  # type: ignore[index]
            print(f"{level} = {share:.4f}  # {number}")
    print(f"\n{time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
