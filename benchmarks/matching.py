"""`python -m benchmarks.matching`: who is found, offered a wrong record, held or missed, by this system and by its peers.

One run, one table: writes benchmarks/results/matching.md and matching.json. `--quick` takes seconds and writes nothing unless told
where; a test runs it. Everything is drawn from seeds. FEBRL 4 is not touched: it is kept for acceptance.py.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks import febrl, peers, weights
from benchmarks.cases import Cases, Comer, febrl_cases, generated_cases
from benchmarks.judges import Judge, Stage, Verdict, department, exact, folded, this_system
from benchmarks.matching_report import markdown
from benchmarks.onfile import Few, Found, Many, asked
from benchmarks.population import Population, generate
from benchmarks.strangers import strangers_shown
from kecs.matching import evidence

RESULTS = Path(__file__).parent / "results"
SEED = 20261123
AT_ONCE = 12_000  # people whose candidates are in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured. The largest of `on_file` is generated, the others are its beginning."""

    on_file: tuple[int, ...]
    each: int  # people of every kind of corruption
    strangers: int  # newcomers, adversaries, twins, of each sort
    searches: int  # by people without a record, for the chance that a stranger is shown
    peers_on_file: int  # generated people on file where the peers that learn look
    one_in: int = 1  # of FEBRL's duplicates


WHOLE = Size(
    on_file=(300_000, 1_000_000, 10_000_000),
    each=500,
    strangers=2_000,
    searches=1_000_000,
    peers_on_file=100_000,
)
QUICK = Size(on_file=(20_000,), each=4, strangers=30, searches=20_000, peers_on_file=5_000, one_in=15)


@dataclass(slots=True)
class Tally:
    """What became of the people of one group."""

    people: int = 0
    found: int = 0
    step_up: int = 0
    held: int = 0
    missed: int = 0
    wrong: int = 0  # offered, or joined to, a record that is not theirs

    def add(self, comer: Comer, verdict: Verdict) -> None:
        """Held counts only if staff see the right record; a hold about strangers alone is a miss."""
        self.people += 1
        hers = comer.truth in verdict.record_ids
        match verdict.stage:
            case Stage.OFFERED | Stage.JOINED if not hers:
                self.wrong += 1
            case Stage.OFFERED:
                self.found += 1
            case Stage.JOINED:
                self.step_up += 1
            case Stage.HELD if hers or comer.truth is None:
                self.held += 1
            case _:
                self.missed += 1


@dataclass(slots=True)
class Row:
    """One system on one file: a tally for each group of people."""

    system: str
    on_file: int
    groups: dict[str, Tally] = field(default_factory=dict)

    def add(self, comer: Comer, verdict: Verdict) -> None:
        """One person's visit."""
        self.groups.setdefault(comer.group, Tally()).add(comer, verdict)


class Clock:
    """Says what is going on, and keeps the seconds of each part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """One part of the run."""
        print(f"{name} ...", file=sys.stderr, flush=True)
        began = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began


OURS = "This system"
RULES: dict[str, Judge] = {
    "Exact match": exact,
    "Exact after folding": folded,
    "Department for Education's rule": department,
}


def with_this_system(cases: Cases, population: Population, size: Size) -> list[Row]:
    """This system at every size, and the simple rules where they are given: FEBRL's file alone, or the largest."""
    rows = [Row(OURS, on_file) for on_file in size.on_file]
    judges: list[tuple[Row, Judge]] = [(row, this_system(row.on_file)) for row in rows]
    generated = bool(cases.places)
    rules = [
        (Row(name, size.on_file[-1] if generated else len(cases.records)), rule)
        for name, rule in RULES.items()
    ]
    few, many = Few(cases.records), Many(population, without=cases.places)
    for comers, apart, together in _candidates(cases, few, many):
        for comer, alone, everybody in zip(comers, apart, together, strict=True):
            for row, judge in judges:
                row.add(comer, judge(comer.typed, alone.joined(everybody, below=row.on_file)))
            for row, rule in rules:
                row.add(comer, rule(comer.typed, alone.joined(everybody) if generated else alone))
    return rows + [row for row, _rule in rules]


def _candidates(
    cases: Cases, few: Few, many: Many
) -> Iterator[tuple[Sequence[Comer], list[Found], list[Found]]]:
    """By the thousand: who comes, whom the file's own records hold for her, and whom the generated people."""
    for start in range(0, len(cases.comers), AT_ONCE):
        comers = cases.comers[start : start + AT_ONCE]
        keys = [asked(comer.typed, settle=True) for comer in comers]
        yield comers, few.found(keys), many.found(keys)


def with_learners(cases: Cases, population: Population, size: Size) -> list[Row]:
    """ECM and Splink, each at its thresholds."""
    records = list(cases.records)
    if cases.places:
        records += Many(population, without=cases.places).first(size.peers_on_file)
    rows = []
    learners: tuple[tuple[str, Callable[..., peers.Scores], tuple[float, ...], str], ...] = (
        ("ECM (recordlinkage)", peers.ecm, peers.ECM_THRESHOLDS, "p ≥ {:g}"),
        ("Splink 5", peers.splink, peers.SPLINK_THRESHOLDS, "≥ {:g} bits"),
    )
    for name, learner, thresholds, wording in learners:
        scores = learner(records, cases.comers)
        for threshold in thresholds:
            row = Row(f"{name}, {wording.format(threshold)}", len(records))
            for comer, verdict in zip(
                cases.comers, peers.verdicts(cases.comers, scores, threshold=threshold), strict=True
            ):
                row.add(comer, verdict)
            rows.append(row)
    return rows


def honest_split(cases: Cases, population: Population, size: Size) -> list[Row]:
    """FEBRL 3 alone, with the weights of the product but for those that FEBRL teaches: these are learnt on FEBRL 1 and 2."""
    third = [comer for comer in cases.comers if comer.group == febrl.SETS[-1]]
    learnt = _learnt(weights.learn(febrl.SETS[:2]).shares())
    _forget_prices()
    with patch.object(evidence, "weights", lambda: learnt):
        rows = with_this_system(replace(cases, comers=third), population, size)
    _forget_prices()
    for row in rows:
        row.system += ", learnt on FEBRL 1 and 2"
    return [row for row in rows if row.system.startswith(OURS)]


# What FEBRL can teach; it has no nicknames, former names or middle names.
_TAUGHT = frozenset({"exact", "typo", "alike", "beginning", "differs"})


def _learnt(shares: dict[str, dict[str, float]]) -> dict[str, Any]:
    """The product's figures, with those that FEBRL 1 and 2 teach in their place; its estimates stay."""
    figures: dict[str, Any] = {name: dict(table) for name, table in evidence.weights().items()}
    for name in ("first_name", "last_surname"):
        taught = {level: share for level, share in shares[name].items() if level in _TAUGHT}
        room = 1 - sum(share for level, share in figures[name].items() if level not in taught)
        figures[name] |= {level: share * room / sum(taught.values()) for level, share in taught.items()}
    for name in ("birth_date", "last4"):
        figures[name]["m"] = figures[name]["m"] | shares[name]
    return figures | {"swapped": shares["swapped"]}


def _forget_prices() -> None:
    for cached in vars(evidence).values():
        if hasattr(cached, "cache_clear") and cached is not evidence.weights:
            cached.cache_clear()


def measure(size: Size) -> dict[str, Any]:
    """All facts of the report."""
    clock = Clock()
    with clock.part(f"generating {size.on_file[-1]:,} people"):
        population = generate(size.on_file[-1], seed=SEED)
    with clock.part("drawing who comes"):
        files = [
            febrl_cases(strangers=size.strangers, one_in=size.one_in, seed=SEED),
            generated_cases(population, each=size.each, strangers=size.strangers, seed=SEED),
        ]
    results: dict[str, list[Row]] = {}
    for cases in files:
        with clock.part(f"{cases.name}: this system and the rules"):
            results[cases.name] = with_this_system(cases, population, size)
        with clock.part(f"{cases.name}: those that learn"):
            results[cases.name] += with_learners(cases, population, size)
    with clock.part("FEBRL 3 with weights of FEBRL 1 and 2"):
        split = honest_split(files[0], population, size)
    with clock.part(f"{size.searches:,} searches by people without a record"):
        shown = strangers_shown(population, searches=size.searches, sizes=size.on_file, seed=SEED + 1)
    return {
        "size": asdict(size),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "versions": {name: version(name) for name in ("recordlinkage", "splink", "duckdb")},
        "febrl": {
            name: {"records": len(one.records), "people": len(one.people), "sent_back": one.sent_back}
            for name in febrl.SETS
            for one in [febrl.load(name)]
        },
        "results": {name: [asdict(row) for row in rows] for name, rows in results.items()},
        "split": [asdict(row) for row in split],
        "strangers": [asdict(each) | {"interval": each.interval} for each in shown],
        "seconds": clock.seconds,
    }


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it works")
    parser.add_argument("--searches", type=int, help="searches by people without a record")
    parser.add_argument("--to", type=Path, help="the folder to write to")
    options = parser.parse_args()
    size = QUICK if options.quick else WHOLE
    if options.searches:
        size = replace(size, searches=options.searches)
    facts = measure(size)
    folder = options.to or (None if options.quick else RESULTS)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "matching.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", "utf-8")
        (folder / "matching.md").write_text(markdown(facts), "utf-8")
    print(markdown(facts))


if __name__ == "__main__":
    main()
