"""`python -m benchmarks.search`: what one search costs among 10^4, 10^6 and 10^7 records, beside one bare index probe.

The populations stand side by side, in three databases of one server or in three files, and are searched in turns, call by
call, by one process: whatever else the machine does meets all of them alike. Compared are the medians, and each search with
the one of the same sort that was made beside it among the fewest records.

Writes benchmarks/results/search.md and .json. `--quick` asks among 1,000 and 2,000 records on SQLite and demands that
everybody on file is offered her record and nobody else is; the tests run it.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import unquote

import numpy as np
import psycopg

from benchmarks import search_report
from benchmarks.loading import NOT_INDEXED, load_into_postgresql, load_into_sqlite, prepare
from benchmarks.population import Column, Population, generate
from benchmarks.report import rounded
from benchmarks.servers import BIN, ROOT, Database, clean_environment, database, machine_cpu_seconds
from kecs.pii.keyring import Keyring

RESULTS = Path(__file__).parent / "results"
SIZES = (10_000, 1_000_000, 10_000_000)
DATABASES = ("PostgreSQL", "SQLite")
# Of hits, and of misses, and everybody is asked for once: 1,500 of each kind, and 380 with names at first sight. Among 10,000
# people there are no more; and where their pages are in memory, more say the same.
SAMPLES = 4_900
QUICK = (1_000, 2_000)
ROUNDS = 4


class Faulty(Exception):
    """A measurement that is worth nothing. Says why."""


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A population's rows on disk, and who is asked for."""

    people: int
    folder: Path
    keyring: Path
    asked: dict[str, list[list[str]]]


def _holds(values: Column, value: int) -> bool:
    """Whether the sorted values hold this one."""
    place = int(np.searchsorted(values, value))
    return place < len(values) and bool(values[place] == value)


@contextmanager
def sealed(people: int, samples: int, keyring: Path) -> Iterator[Sealed]:
    """So many people, in files that are gone afterwards; the keyring is made where there is none."""
    with tempfile.TemporaryDirectory(prefix="kecs-bench-") as name:
        folder = Path(name)
        roots = Keyring.load(keyring) if keyring.exists() else Keyring.create(keyring, label="development")
        population = generate(people)
        asked = whom_to_ask(population, samples)
        prepare(population, roots, folder)
        yield Sealed(people=people, folder=folder, keyring=keyring, asked=asked)


def whom_to_ask(population: Population, samples: int) -> dict[str, list[list[str]]]:
    """People on file as they are on file ("hit"); and others of them with last 4 that nobody born that day has ("miss")."""
    rng = random.Random(5)
    taken = np.unique(population.birth.astype(np.int64) * 10_000 + population.last4)
    hits: list[list[str]] = []
    misses: list[list[str]] = []
    for i in rng.sample(range(len(population)), min(len(population), 4 * samples)):
        person = population.person(i)
        facts = [person.first_name, person.last_surname, person.birth_date.isoformat()]
        last4 = rng.randrange(1, 9_999)
        if len(hits) <= len(misses) and len(hits) < samples:
            if population.last4[i] not in NOT_INDEXED:
                hits.append([*facts, person.last4])
        elif len(misses) < samples and not _holds(taken, int(population.birth[i]) * 10_000 + last4):
            misses.append([*facts, f"{last4:04}"])
    return {"hit": hits, "miss": misses}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """An installation with so many people on file, and the searches to make in it."""

    environment: dict[str, str]
    people: int
    asked: dict[str, list[list[str]]]
    loading_seconds: float

    @property
    def url(self) -> str:
        """Where its database is."""
        return self.environment["DATABASE_URL"]

    def part(self, turn: int, few: int) -> dict[str, list[list[str]]]:
        """The searches of one round, of so many in all."""
        return {expected: people[turn:few:ROUNDS] for expected, people in self.asked.items()}


def filled(server: Database, folder: Path, rows: Sealed) -> Filled:
    """A database of one size in the folder, or in the server."""
    environment = clean_environment() | {
        "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
        "DATABASE_URL": server.new(folder),
        "KECS_MODE": "development",
        "KECS_VAR_DIR": str(folder),
        "KECS_KEYRING": str(rows.keyring),
        "SQLITE_TMPDIR": str(folder),
    }
    run([str(BIN / "kecs"), "migrate", "--verbosity=0"], environment)
    began = time.monotonic()
    if server.kind == "SQLite":
        load_into_sqlite(folder / "kecs.sqlite3", rows.folder)
    else:
        load_into_postgresql(environment["DATABASE_URL"], rows.folder)
    loading = time.monotonic() - began
    say(f"{server.kind}: {rows.people:,} records loaded in {loading:.0f} s")
    return Filled(environment=environment, people=rows.people, asked=rows.asked, loading_seconds=loading)


def measured(kind: str, all_rows: list[Sealed]) -> dict[str, Any]:
    """All sizes beside each other on one database, which is gone afterwards."""
    with ExitStack() as stack:
        server = stack.enter_context(database(kind))
        sizes = [
            filled(server, Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kecs-bench-"))), rows)
            for rows in all_rows
        ]
        say(f"{kind}: searching")
        return measure(kind, sizes)


def measure(kind: str, sizes: list[Filled]) -> dict[str, Any]:
    """Every size in turn, search by search, in a few processes one after the other."""
    gigabytes = [read_through(files_of(kind, each.url)) / 1e9 for each in sizes]
    few = min(len(people) for each in sizes for people in each.asked.values())
    began, cpu = time.monotonic(), machine_cpu_seconds()
    rounds = []
    for turn in range(ROUNDS):
        places = [{"url": each.url, "asked": each.part(turn, few)} for each in sizes]
        command = [sys.executable, "-m", "benchmarks.probes"]
        rounds.append(json.loads(run(command, sizes[0].environment, json.dumps(places))))
    busy = (machine_cpu_seconds() - cpu) / (time.monotonic() - began) / (os.cpu_count() or 1)
    least = with_both(times_of(rounds, 0))
    found = {}
    for place, size in enumerate(sizes):
        times = with_both(times_of(rounds, place))
        found[str(size.people)] = pooled(size, rounds, place) | {
            "gigabytes": gigabytes[place],
            "machine_busy_percent": 100 * busy,
            "times_the_least": {
                name: median(own / other for own, other in zip(each, least[name], strict=True))
                for name, each in times.items()
            },
        }
    return found


def times_of(rounds: list[dict[str, Any]], place: int) -> dict[str, list[float]]:
    """Of all rounds, for the size at this place; what stands at one place of the lists was asked side by side."""
    several = [one["places"][place]["times"] for one in rounds]
    return {name: [took for times in several for took in times[name]] for name in several[0]}


def with_both(times: dict[str, list[float]]) -> dict[str, list[float]]:
    """And hits and misses of a kind together, as many of each."""
    return times | {f"{kind} both": both(times, kind) for kind in search_report.KINDS}


def pooled(size: Filled, rounds: list[dict[str, Any]], place: int) -> dict[str, Any]:
    """What is reported of one size."""
    times = times_of(rounds, place)
    of_size = [one["places"][place] for one in rounds]
    offered = {name: sum(one["offered"][name] for one in of_size) for name in of_size[0]["offered"]}
    demand_sound(times, offered, population=of_size[0]["population"], people=size.people)
    return {
        "loading_seconds": size.loading_seconds,
        "given_priority": rounds[0]["priority"],
        "offered": offered,
        "times_ms": {name: percentiles(each) for name, each in with_both(times).items()},
    }


def files_of(kind: str, url: str) -> list[Path]:
    """Where the database keeps its tables and indexes."""
    if kind == "SQLite":
        return [Path(url.removeprefix("sqlite:///"))]
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    assert row
    base = Path(unquote(url.partition("host=")[2])) / "data" / "base" / str(row[0])
    return [file for file in base.iterdir() if file.is_file()]


def read_through(files: list[Path]) -> int:
    """Read everything once, so that a database which fits into memory is there, as after a day of use. How many bytes."""
    size, buffer = 0, bytearray(1 << 22)
    for file in files:
        with file.open("rb", buffering=0) as content:
            while read := content.readinto(buffer):
                size += read
    return size


def run(command: list[str], environment: dict[str, str], text: str = "") -> str:
    """What it printed. Raises Faulty when it failed."""
    done = subprocess.run(
        command, env=environment, cwd=ROOT, input=text, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Faulty(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
    return done.stdout


def both(times: dict[str, list[float]], kind: str) -> list[float]:
    """Hits and misses, as many of each."""
    hits, misses = times[f"{kind} hit"], times[f"{kind} miss"]
    few = min(len(hits), len(misses))
    return hits[:few] + misses[:few]


def percentiles(times: list[float]) -> dict[str, float]:
    """What is reported of a kind."""
    cuts = quantiles(times, n=100)
    return {"p50": median(times), "p95": cuts[94], "p99": cuts[98], "samples": len(times)}


def demand_sound(
    times: dict[str, list[float]], offered: dict[str, int], *, population: int, people: int
) -> None:
    """Who is on file was offered her record, but for the few whose key leads to two; nobody else was offered anything."""
    asked = sum(len(times[f"{kind} hit"]) for kind in ("warm", "cold"))
    if offered["miss"] or offered["hit"] < 0.99 * asked:
        raise Faulty(f"{offered} of {asked} were offered a record.")
    if not 0.8 * people <= population <= 1.2 * people:
        raise Faulty(f"The database takes itself for {population} people, not {people}.")


def main() -> int:
    """Measure every size on every database, write and print the report."""
    parser = argparse.ArgumentParser(description="What one search costs.")
    parser.add_argument("--quick", action="store_true", help="1,000 and 2,000 records on SQLite, no report")
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=SIZES, help="how many records (10^4 10^6 10^7)"
    )
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--samples", type=int, default=SAMPLES, help="hits, and as many misses")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the report")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.sizes, chosen.databases, chosen.samples = list(QUICK), ["SQLite"], QUICK[0] // 3
    try:
        with ExitStack() as stack:
            keyring = (
                Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kecs-bench-"))) / "keyring.json"
            )
            all_rows = []
            for people in sorted(chosen.sizes):
                say(f"{people:,} people: names, keys, seals")
                all_rows.append(stack.enter_context(sealed(people, chosen.samples, keyring)))
            by_database = {kind: measured(kind, all_rows) for kind in chosen.databases}
    except Faulty as faulty:
        print(f"The measurement is void. {faulty}", file=sys.stderr)
        return 1
    facts = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "databases": by_database,
    }
    if chosen.quick:
        print(f"{QUICK[-1]:,} records: everybody found, nobody else.")
        return 0
    chosen.results.mkdir(parents=True, exist_ok=True)
    (chosen.results / "search.json").write_text(json.dumps(rounded(facts), indent=1) + "\n")
    table = search_report.markdown(facts)
    (chosen.results / "search.md").write_text(table)
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
