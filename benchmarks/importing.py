"""`python -m benchmarks.importing`: rows a second of `kecs import` beside the bare path, on both databases, in one run.

    python -m benchmarks.importing [--rows N] [--rounds N] [--processes N] [--only DATABASE] [--quick]

Makes a file of invented people, loads it into a new database by `kecs import --apply`, and into another one by
benchmarks/bare_import.py, in turn. Counts what is there afterwards. Writes benchmarks/results/import.md and import.json.
"""

import argparse
import csv
import json
import os
import platform
import random
import resource
import sqlite3
import subprocess
import sys
import time
from bisect import bisect
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import names
import psycopg

from benchmarks.report import rounded, row
from benchmarks.servers import (
    BIN,
    ROOT,
    Database,
    clean_environment,
    database,
    folder_of_its_own,
    machine_cpu_seconds,
    tree,
)

RESULTS = Path(__file__).parent / "results"
COLUMNS = (
    "staff_unique_id", "first_name", "middle_name", "last_surname", "generation_code_suffix", "other_names",
    "birth_date", "ssn", "email",
)  # fmt: skip
SERIALS, GROUPS = 9_998, 99  # an ending of 9999 stands for "unknown"
GOAL, MEMORY_GOAL = 0.6, 500
# Those of the settings and of an import, for the bare path too.
PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
    "PRAGMA cache_size=-49152; PRAGMA wal_autocheckpoint=10000;"
)
DATABASES = ("PostgreSQL", "SQLite")


# --- The file ----------------------------------------------------------------------------------------------------


class Frequencies:
    """Names as often as the census of 1990 found them."""

    def __init__(self, which: str) -> None:
        lines = Path(names.FILES[which]).read_text(encoding="ascii").split("\n")
        parts = [line.split() for line in lines if line]
        self._names = [name.capitalize() for name, *_ in parts]
        self._upto = [float(upto) for _name, _share, upto, _rank in parts]

    def pick(self, chance: random.Random) -> str:
        """One of them."""
        return self._names[min(bisect(self._upto, chance.random() * self._upto[-1]), len(self._names) - 1)]


def write_people(path: Path, count: int) -> None:
    """A file of distinct people; SSNs of the areas 900 to 999, which are never issued, each once."""
    chance = random.Random(3)
    women, men, last = (Frequencies(which) for which in ("first:female", "first:male", "last"))
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(count):
            first, surname = (women if chance.random() < 0.76 else men).pick(chance), last.pick(chance)
            middle = women.pick(chance) if chance.random() < 0.5 else ""
            former = f"|{last.pick(chance)}x" if chance.random() < 0.15 else ""
            rest, serial = divmod(number * 7_919 % (100 * GROUPS * SERIALS), SERIALS)
            area, group = divmod(rest, GROUPS)
            born = date(1941, 1, 1) + timedelta(days=chance.randrange(23_000))
            rows.writerow(
                (
                    f"S{number:08}", first, middle, surname, "Jr" if chance.random() < 0.01 else "", former,
                    born.isoformat(), f"{900 + area}{1 + group:02}{1 + serial:04}",
                    f"{first}.{surname}{number}@example.org".lower(),
                )
            )  # fmt: skip


# --- One load ----------------------------------------------------------------------------------------------------


def watched(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Seconds, CPU seconds and most megabytes of all its processes together."""
    began, most, before = time.monotonic(), 0, cpu_of_children()
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None:
        most = max(most, sum(resident(pid) for pid in tree(process.pid)))
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
    seconds = time.monotonic() - began
    out, err = process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{out}{err}")
    return {"seconds": seconds, "cpu_seconds": cpu_of_children() - before, "megabytes": most / 1e6}


def cpu_of_children() -> float:
    """User and system time of all that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def resident(pid: int) -> int:
    """Bytes in memory; what processes share counts for each."""
    try:
        lines = (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def load(server: Database, file: Path, *, how: str, processes: int) -> dict[str, Any]:
    """Load the file once, into a new installation."""
    with folder_of_its_own() as folder:
        url = server.new(folder)
        environment = clean_environment() | {
            "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
            "DATABASE_URL": url,
            "KECS_MODE": "development",
            "KECS_VAR_DIR": str(folder),
            "KECS_SECRET_KEY": "for-benchmarks-only-" + "0123456789" * 5,
            "KECS_LOG_LEVEL": "ERROR",
            "PRAGMAS": PRAGMAS,
        }
        for words in (["make_keyring", "--label", "development"], ["migrate", "-v0"]):
            subprocess.run([str(BIN / "kecs"), *words], env=environment, check=True, capture_output=True)
        cpu, machine = server.cpu(), machine_cpu_seconds()
        if how == "ours":
            command = [str(BIN / "kecs"), "import", str(file), "--apply", "--processes", str(processes)]
        else:
            log = ["--log"] if how == "bare with log" else []
            command = [sys.executable, "-m", "benchmarks.bare_import", str(file), url, *log]
        took: dict[str, Any] = watched(command, environment)
        took["database_cpu_seconds"] = server.cpu() - cpu
        others = machine_cpu_seconds() - machine - took["cpu_seconds"] - took["database_cpu_seconds"]
        took["others_percent"] = max(0.0, 100 * others / took["seconds"] / (os.cpu_count() or 1))
        return took | {"counts": counts(url)}


def counts(url: str) -> dict[str, int]:
    """How many rows each table has."""
    tables = (
        "records_educatorrecord", "records_othername", "records_identitykey", "records_linkagekey",
        "records_namekey", "audit_auditevent",
    )  # fmt: skip
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"))
    else:
        connection = psycopg.connect(url)
    try:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608 - the names above
    finally:
        connection.close()


# --- The report --------------------------------------------------------------------------------------------------


def measured(kind: str, file: Path, options: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Each way of loading, as often as there are rounds, in turn."""
    ways: dict[str, list[dict[str, Any]]] = {"ours": [], "bare": [], "bare with log": []}
    with database(kind) as server:
        for _ in range(options.rounds):
            for how, taken in ways.items():
                one = load(server, file, how=how, processes=options.processes)
                taken.append(one)
                print(
                    f"{kind}, {how}: {one['seconds']:.1f} s, {one['megabytes']:.0f} MB, CPU {one['cpu_seconds']:.1f} + {one['database_cpu_seconds']:.1f} s",
                    file=sys.stderr,
                )
    return ways


def missing(ways: dict[str, list[dict[str, Any]]], rows: int) -> list[str]:
    """Where a load left something out, and so a comparison would mean nothing."""
    expected = {
        **ways["bare with log"][0]["counts"],
        "records_educatorrecord": rows,
        "audit_auditevent": rows,
    }
    found = []
    for how, taken in ways.items():
        for one in taken:
            wanted = expected | ({"audit_auditevent": 0} if how == "bare" else {})
            if one["counts"] != wanted:
                found.append(f"{how}: {one['counts']} instead of {wanted}")
    return found


def cpu_of(load: dict[str, Any]) -> float:
    """Its own and the database's."""
    return float(load["cpu_seconds"] + load["database_cpu_seconds"])


def seconds_of(load: dict[str, Any]) -> float:
    """By the clock."""
    return float(load["seconds"])


def figures(ways: dict[str, list[dict[str, Any]]], rows: int) -> dict[str, Any]:
    """The medians; of shares, the medians over pairs of loads that came one after the other."""

    def share(how: str, of: Callable[[dict[str, Any]], float]) -> float:
        return median(of(other) / of(ours) for ours, other in zip(ways["ours"], ways[how], strict=True))

    seconds = {how: median(map(seconds_of, taken)) for how, taken in ways.items()}
    cpu = {how: median(map(cpu_of, taken)) for how, taken in ways.items()}
    return {
        "rows_per_second": {how: rows / each for how, each in seconds.items()},
        "cpu_microseconds_per_row": {how: each / rows * 1e6 for how, each in cpu.items()},
        "share_of_bare": share("bare", seconds_of),
        "share_of_bare_with_log": share("bare with log", seconds_of),
        "share_of_bare_by_cpu": share("bare", cpu_of),
        "others_percent": median(one["others_percent"] for taken in ways.values() for one in taken),
        "megabytes": max(one["megabytes"] for one in ways["ours"]),
    }


def markdown(facts: dict[str, Any]) -> str:
    """The report."""
    lines = [
        "# How fast an import is",
        "",
        f"Made by `python -m benchmarks.importing` on {facts['cores']} cores, Python {facts['python']}:",
        f"a file of {facts['rows']:,} rows into an empty database, median of {facts['rounds']}.",
        "The bare path reads, makes digests, seals and writes the same rows into the same tables with the same indexes, on two",
        "processes, and does nothing else: no checks, no look-ups, no plan, no resuming. The import writes a row of the",
        "hash-chained audit log for each record besides; the last line adds that table to the bare path, without a chain.",
        "",
        row("", *facts["databases"]),
        row("---", *("---:" for _ in facts["databases"])),
    ]

    def line(label: str, figure: Any, digits: int = 0, unit: str = "") -> None:
        lines.append(
            row(label, *(f"{figure(each):,.{digits}f}{unit}" for each in facts["databases"].values()))
        )

    line("`kecs import`, rows a second", lambda each: each["rows_per_second"]["ours"])
    line("bare path, rows a second", lambda each: each["rows_per_second"]["bare"])
    line("**share of the bare path**", lambda each: 100 * each["share_of_bare"], unit=" %")
    line("bare path with the log, rows a second", lambda each: each["rows_per_second"]["bare with log"])
    line("share of the bare path with the log", lambda each: 100 * each["share_of_bare_with_log"], unit=" %")
    line("CPU a row, database included, µs: import", lambda each: each["cpu_microseconds_per_row"]["ours"])
    line("– bare path", lambda each: each["cpu_microseconds_per_row"]["bare"])
    line("– bare path with the log", lambda each: each["cpu_microseconds_per_row"]["bare with log"])
    line("share of the bare path by CPU", lambda each: 100 * each["share_of_bare_by_cpu"], unit=" %")
    line("CPU that other programs took meanwhile, % of the machine", lambda each: each["others_percent"])
    line("most memory of all processes of the import, MB", lambda each: each["megabytes"])
    lines += ["", f"Goals: at least {100 * GOAL:.0f} % of the bare path, and less than {MEMORY_GOAL} MB.", ""]
    return "\n".join(lines)


def main() -> None:
    """Measure, compare, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--only", choices=DATABASES, help="measure this column anew, beside what stands in the results"
    )
    parser.add_argument("--quick", action="store_true", help="3,000 rows; writes no results")
    options = parser.parse_args()
    if options.quick:
        options.rows = 3_000
    facts: dict[str, Any] = {
        "rows": options.rows,
        "rounds": options.rounds,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "databases": {},
    }
    with folder_of_its_own() as folder:
        file = folder / "people.csv"
        write_people(file, options.rows)
        for kind in [options.only] if options.only else DATABASES:
            ways = measured(kind, file, options)
            faults = missing(ways, options.rows)
            if faults:
                sys.exit("\n".join(faults))
            facts["databases"][kind] = figures(ways, options.rows) | {"rounds": ways}
    if options.only and not options.quick:
        # The other database's column stays as it was measured, in a run of its own.
        before = json.loads((RESULTS / "import.json").read_text(encoding="utf-8"))["databases"]
        facts["databases"] = {kind: (before | facts["databases"])[kind] for kind in DATABASES}
    report = markdown(rounded(facts))
    print(report)
    print(f"{options.rows:,} rows each time, nothing missing.")
    if not options.quick:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "import.json").write_text(json.dumps(rounded(facts), indent=1) + "\n", encoding="utf-8")
        (RESULTS / "import.md").write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
