"""`python -m benchmarks.search`: what one search costs among 10^4, 10^6 and 10^7 records, beside one bare index probe.

Writes benchmarks/results/search.md and .json. `--quick` asks among 2,000 records on SQLite and demands that everybody on
file is offered her record and nobody else is; the tests run it.
"""

import argparse
import json
import os
import platform
import random
import shutil
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

from benchmarks import search_report
from benchmarks.loading import NOT_INDEXED, load_into_postgresql, load_into_sqlite, prepare
from benchmarks.population import Column, Population, generate
from benchmarks.report import rounded
from benchmarks.servers import BIN, ROOT, Database, clean_environment, database, machine_cpu_seconds
from kecs.pii.keyring import Keyring

RESULTS = Path(__file__).parent / "results"
SIZES = (10_000, 1_000_000, 10_000_000)
DATABASES = ("SQLite", "PostgreSQL")
SAMPLES = 13_000  # of hits, and of misses: 4,000 of each kind, and 1,000 with names at first sight
QUICK = 2_000
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
def sealed(people: int, samples: int) -> Iterator[Sealed]:
    """So many people, in files that are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kecs-bench-") as name:
        folder = Path(name)
        keyring = Keyring.create(folder / "keyring.json", label="development")
        population = generate(people)
        asked = whom_to_ask(population, samples)
        prepare(population, keyring, folder)
        yield Sealed(people=people, folder=folder, keyring=folder / "keyring.json", asked=asked)


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
    gigabytes: float

    def part(self, turn: int) -> str:
        """The searches of one round."""
        return json.dumps({expected: people[turn::ROUNDS] for expected, people in self.asked.items()})


def filled(stack: ExitStack, kind: str, rows: Sealed) -> Filled:
    """One database of one size, gone when the stack ends."""
    server = stack.enter_context(database(kind))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kecs-bench-")))
    keyring = Path(shutil.copy(rows.keyring, folder / "keyring.json"))
    environment = clean_environment() | {
        "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
        "DATABASE_URL": server.new(folder),
        "KECS_MODE": "development",
        "KECS_VAR_DIR": str(folder),
        "KECS_KEYRING": str(keyring),
        "SQLITE_TMPDIR": str(folder),
    }
    run([str(BIN / "kecs"), "migrate", "--verbosity=0"], environment)
    began = time.monotonic()
    if kind == "SQLite":
        load_into_sqlite(folder / "kecs.sqlite3", rows.folder)
    else:
        load_into_postgresql(environment["DATABASE_URL"], rows.folder)
    loading = time.monotonic() - began
    say(f"{kind}: {rows.people:,} records loaded in {loading:.0f} s")
    return Filled(
        environment=environment,
        people=rows.people,
        asked=rows.asked,
        loading_seconds=loading,
        gigabytes=read_through(files_of(server, folder)) / 1e9,
    )


def measure(sizes: list[Filled]) -> dict[str, Any]:
    """All sizes of one database in turn, round by round, so that they share the machine's moods."""
    answers: dict[int, list[dict[str, Any]]] = {each.people: [] for each in sizes}
    began, cpu = time.monotonic(), machine_cpu_seconds()
    for turn in range(ROUNDS):
        for each in sizes:
            command = [sys.executable, "-m", "benchmarks.probes"]
            answers[each.people].append(json.loads(run(command, each.environment, each.part(turn))))
    busy = (machine_cpu_seconds() - cpu) / (time.monotonic() - began) / (os.cpu_count() or 1)
    return {str(each.people): pooled(each, answers[each.people], busy) for each in sizes}


def pooled(size: Filled, rounds: list[dict[str, Any]], busy: float) -> dict[str, Any]:
    """What is reported of one size."""
    times = {name: [took for one in rounds for took in one["times"][name]] for name in rounds[0]["times"]}
    offered = {name: sum(one["offered"][name] for one in rounds) for name in rounds[0]["offered"]}
    demand_sound(times, offered, population=rounds[0]["population"], people=size.people)
    return {
        "loading_seconds": size.loading_seconds,
        "gigabytes": size.gigabytes,
        "machine_busy_percent": 100 * busy,
        "given_priority": rounds[0]["priority"],
        "offered": offered,
        "times_ms": {name: percentiles(each) for name, each in times.items()}
        | {f"{kind} both": percentiles(both(times, kind)) for kind in search_report.KINDS},
    }


def files_of(server: Database, folder: Path) -> list[Path]:
    """Where the database keeps its tables and indexes."""
    if server.kind == "SQLite":
        return [folder / "kecs.sqlite3"]
    data = Path(unquote(server.url.partition("host=")[2])) / "data" / "base"
    return [file for file in data.rglob("*") if file.is_file()]


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
    parser.add_argument("--quick", action="store_true", help="2,000 records on SQLite, no report")
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=SIZES, help="how many records (10^4 10^6 10^7)"
    )
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--samples", type=int, default=SAMPLES, help="hits, and as many misses")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the report")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.sizes, chosen.databases, chosen.samples = [QUICK], ["SQLite"], QUICK // 3
    try:
        with ExitStack() as stack:
            made: dict[str, list[Filled]] = {kind: [] for kind in chosen.databases}
            for people in chosen.sizes:
                say(f"{people:,} people: names, keys, seals")
                with sealed(people, chosen.samples) as rows:
                    for kind in chosen.databases:
                        made[kind].append(filled(stack, kind, rows))
            say("searching")
            measured = {kind: measure(sizes) for kind, sizes in made.items()}
    except Faulty as faulty:
        print(f"The measurement is void. {faulty}", file=sys.stderr)
        return 1
    facts = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "databases": measured,
    }
    if chosen.quick:
        print(f"{QUICK:,} records: everybody found, nobody else.")
        return 0
    chosen.results.mkdir(parents=True, exist_ok=True)
    (chosen.results / "search.json").write_text(json.dumps(rounded(facts), indent=1) + "\n")
    table = search_report.markdown(facts)
    (chosen.results / "search.md").write_text(table)
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
