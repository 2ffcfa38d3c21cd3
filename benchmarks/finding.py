"""`python -m benchmarks.finding`: what it takes staff to find a person among 1,000,000, by everything the one box takes, and
what the pages of the desk take then.

Writes benchmarks/results/finding.md and .json. `--quick` asks among 2,000 records on SQLite, demands that everybody is found
by everything that leads to her and that no table is read through; the tests run it.
"""

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.loading import NOT_INDEXED, load_into_postgresql, load_into_sqlite, prepare
from benchmarks.population import Person, Population, generate
from benchmarks.report import rounded, row
from benchmarks.search import Faulty, files_of, percentiles, read_through, run, say
from benchmarks.servers import BIN, clean_environment, database
from kecs.matching.nicknames import forms_of
from kecs.pii.keyring import Keyring

RESULTS = Path(__file__).parent / "results"
DATABASES = ("PostgreSQL", "SQLite")
PEOPLE, ACCOUNTS, SAMPLES = 1_000_000, 50_000, 200
CASES, VISITS = 500, 40  # cases that are open, visits of each page
GOAL = 150.0  # ms, p95 on PostgreSQL

# What is typed, and whether the person it was made of must be on the list (not where many have the same name).
Asked = dict[str, list[tuple[str, str]]]


def whom_to_ask(population: Population, samples: int, accounts: int) -> Asked:
    """Searches by kind: what is typed, and the record number of whoever must be among the finds, or nothing."""
    rng = random.Random(8)
    places = rng.sample(range(len(population)), min(len(population), 60 * samples))
    people = [(population.person(i), f"G{i:09}", i) for i in places]
    counted = Counter(population.last[population.second_last < 0].tolist())
    common = {place for place, _count in counted.most_common(20)}
    rare = {place for place, count in counted.items() if count <= 10}
    asked: Asked = {}

    def ask(kind: str, texts: list[tuple[str, str]]) -> None:
        asked[kind] = texts[:samples]

    single = [each for each in people if population.second_last[each[2]] < 0]
    ask("common surname", [(p.last_surname, "") for p, _n, i in single if population.last[i] in common])
    ask("rare surname", [(p.last_surname, n) for p, n, i in single if population.last[i] in rare])
    ask("first and last name", [(f"{p.first_name} {p.last_surname}", "") for p, _n, _i in people])
    ask("surname, first name", [(f"{p.last_surname}, {p.first_name}", "") for p, _n, _i in people])
    ask("beginning of three letters", [(p.last_surname[:3], "") for p, _n, _i in people])
    ask(
        "beginnings of both names", [(f"{p.last_surname[:3]} {p.first_name[:3]}", "") for p, _n, _i in people]
    )
    ask(
        "two letters of both names",
        [(f"{p.last_surname[:2]} {p.first_name[:2]}", "") for p, _n, _i in people],
    )
    ask("nickname and surname", [(text, "") for p, _n, _i in people for text in _nicknamed(p)])
    ask(
        "former name",
        [(f"{p.first_name} {p.former_surname}", "") for p, _n, _i in people if p.former_surname],
    )
    double = [(p, n) for p, n, i in people if population.second_last[i] >= 0]
    ask(
        "part of a compound name",
        [(f"{p.first_name} {p.last_surname.split('-')[1]}", "") for p, _n in double],
    )
    ask("email on file", [(f"G{int(n[1:])}@Example.org", n) for _p, n, _i in people])
    ask("email of an account", [(f"user{k % accounts}@example.net", "account") for k in places])
    ask("username", [(f"User{k % accounts}", "account") for k in places])
    ask("record number", [(n.lower(), n) for _p, n, _i in people])
    known = [(p, n) for p, n, i in people if population.last4[i] not in NOT_INDEXED]
    ask("last four and birth date", [(f"{p.last4} {p.birth_date:%m/%d/%Y}", n) for p, n in known])
    ask(
        "nobody: both names",
        [(f"{p.first_name[::-1]}q {p.last_surname[::-1]}zq", "nobody") for p, _n, _i in people],
    )
    ask("one letter", [(p.last_surname[0], "") for p, _n, _i in people])
    return asked


def _nicknamed(person: Person) -> list[str]:
    return [f"{form} {person.last_surname}" for form in sorted(forms_of(person.first_name.lower()))[:1]]


def measured(kind: str, population: Population, options: argparse.Namespace) -> dict[str, Any]:
    """All kinds of search in one database, made for this and gone afterwards."""
    with ExitStack() as stack:
        server = stack.enter_context(database(kind))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kecs-bench-")))
        keyring = Keyring.create(folder / "keyring.json", label="development")
        rows = folder / "rows"
        rows.mkdir()
        say(f"{kind}: {len(population):,} people: names, keys, seals")
        prepare(population, keyring, rows, names=True)
        environment = clean_environment() | {
            "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
            "DATABASE_URL": server.new(folder),
            "KECS_MODE": "development",
            "KECS_VAR_DIR": str(folder),
            "KECS_KEYRING": str(folder / "keyring.json"),
            "SQLITE_TMPDIR": str(folder),
        }
        run([str(BIN / "kecs"), "migrate", "--verbosity=0"], environment)
        if kind == "SQLite":
            load_into_sqlite(folder / "kecs.sqlite3", rows)
        else:
            load_into_postgresql(environment["DATABASE_URL"], rows)
        read_through(files_of(kind, environment["DATABASE_URL"]))
        say(f"{kind}: searching")
        task = {
            "accounts": options.accounts,
            "cases": options.cases,
            "visits": options.visits,
            "asked": whom_to_ask(population, options.samples, options.accounts),
        }
        command = [sys.executable, "-m", "benchmarks.finds"]
        answer: dict[str, Any] = json.loads(run(command, environment, json.dumps(task)).splitlines()[-1])
    demand_sound(kind, answer)
    return {
        "times_ms": {name: percentiles(times) for name, times in answer["times"].items()},
        "pages_ms": {name: percentiles(times) for name, times in answer["pages"].items()},
        "statements": answer["statements"],
        "given_priority": answer["priority"],
    }


def demand_sound(kind: str, answer: dict[str, Any]) -> None:
    """Whoever must be found was found, nobody was where nobody is, and no statement read a table through."""
    if answer["wrong"]:
        raise Faulty(f"{kind}: not found as they should be: {answer['wrong']}")
    if answer["scans"]:
        raise Faulty(f"{kind}: a table is read through:\n" + "\n".join(answer["scans"]))
    if not answer["plans"]:
        raise Faulty(f"{kind}: no plan was looked at.")


def markdown(facts: dict[str, Any]) -> str:
    """The report."""
    lines = [
        "# How fast staff find a person",
        "",
        f"Made by `python -m benchmarks.finding` on {facts['cores']} cores, Python {facts['python']}: {facts['people']:,} records of a",
        f"generated population and {facts['accounts']:,} accounts, read through once before; {facts['samples']} searches of each kind, all kinds in random order,",
        "in one process on one kept connection. Measured is the whole of a search: what was typed is understood, looked up, the",
        "people are read and unsealed, and whom it found is written to the audit log and committed. Pages are whole answers of the",
        "portal, 40 of each, without a network.",
        "p50 / p95 / p99 in milliseconds.",
        "",
        row("what is typed", *(f"{each}" for each in facts["databases"]), "statements (most)"),
        row("---", *("---:" for _ in facts["databases"]), "---:"),
    ]
    first = next(iter(facts["databases"].values()))
    for name in first["times_ms"]:
        times = [each["times_ms"][name] for each in facts["databases"].values()]
        lines.append(
            row(
                name,
                *(f"{one['p50']:.1f} / {one['p95']:.1f} / {one['p99']:.1f}" for one in times),
                str(max(each["statements"][name] for each in facts["databases"].values())),
            )
        )
    lines += ["", row("page", *facts["databases"]), row("---", *("---:" for _ in facts["databases"]))]
    for name in first["pages_ms"]:
        times = [each["pages_ms"][name] for each in facts["databases"].values()]
        lines.append(row(name, *(f"{one['p50']:.1f} / {one['p95']:.1f} / {one['p99']:.1f}" for one in times)))
    lines += [
        "",
        f"Goal: p95 under {GOAL:.0f} ms for each kind on PostgreSQL. The database's plan of every statement was looked at, with the",
        "settings of the product: none reads a table through.",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(description="What it takes to find a person.")
    parser.add_argument("--quick", action="store_true", help="2,000 records on SQLite, no report")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    options = parser.parse_args()
    options.cases, options.visits = CASES, VISITS
    if options.quick:
        options.people, options.samples, options.databases = 2_000, 20, ["SQLite"]
        options.cases, options.visits = 50, 5
        options.accounts = ACCOUNTS // 100
    population = generate(options.people)
    began = time.monotonic()
    try:
        databases = {kind: measured(kind, population, options) for kind in options.databases}
    except Faulty as faulty:
        print(f"The measurement is void. {faulty}", file=sys.stderr)
        return 1
    facts = {
        "people": options.people,
        "accounts": options.accounts,
        "samples": options.samples,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "seconds": time.monotonic() - began,
        "databases": databases,
    }
    report = markdown(facts)
    if options.quick:
        kinds = len(databases["SQLite"]["times_ms"])
        print(f"{options.people:,} records, {kinds} kinds of search: everybody found, no table read through.")
        return 0
    (RESULTS / "finding.json").write_text(json.dumps(rounded(facts), indent=1) + "\n", encoding="utf-8")
    (RESULTS / "finding.md").write_text(report, encoding="utf-8")
    print(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
