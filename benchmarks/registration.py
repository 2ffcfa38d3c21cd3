"""`make bench`: what a registration costs, beside a bare Django form, stock django-allauth and the bound that password hashing sets.

Writes benchmarks/results/registration.md and .json. `--quick` walks eighteen registrations on SQLite and demands that
nothing failed and nobody is missing; the tests run it.
"""

import argparse
import json
import os
import platform
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import report
from benchmarks.measure import (
    FIRST,
    OUR_ROADS,
    Faulty,
    Numbers,
    hash_bound,
    new_numbers,
    page_times,
    robot_cost,
    saturation,
)
from benchmarks.peer_servers import PEERS, peer
from benchmarks.people import person, write_csv
from benchmarks.servers import BIN, Database, Portal, Server, database, folder_of_its_own, portal, python

RESULTS = Path(__file__).parent / "results"
COSTS = ("full", "rest")


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(text, file=sys.stderr, flush=True)


def file_of_people(folder: Path, records: int) -> Path:
    """The records that are loaded in advance."""
    file = folder / "records.csv"
    write_csv(file, map(person, range(FIRST["claim"], records)))
    return file


def check_census(made: Portal, before: dict[str, Any], numbers: Numbers) -> dict[str, Any]:
    """Everybody who came has an account, a record and her mails, and the log's chain is whole. Raises Faulty."""
    claims, new = (numbers.next[road] - FIRST[road] for road in OUR_ROADS)
    made.run(str(BIN / "kecs"), "settle", "--once")
    after: dict[str, Any] = json.loads(made.run(sys.executable, "-m", "benchmarks.census"))

    def grown(what: str) -> int:
        return int(after[what]) - int(before[what])

    def held(level: str) -> int:
        return int(after["holdings"].get(level, 0)) - int(before["holdings"].get(level, 0))

    facts = {
        "accounts": (grown("accounts"), claims + new),
        "addresses": (grown("addresses"), claims + new),
        "stated identities": (grown("stated_identities"), claims + new),
        "new records": (grown("records"), new),
        "records claimed": (held("1"), claims),
        "new records held": (held("0"), new),
        "cases for staff": (grown("cases"), 0),
        "mails": (grown("mails"), 2 * claims + new),
        "chain is whole": (after["chain_is_whole"], True),
    }
    wrong = [f"{what}: {got}, not {due}" for what, (got, due) in facts.items() if got != due]
    if wrong:
        raise Faulty("; ".join(wrong))
    return {what: got for what, (got, _due) in facts.items()}


def measure(kind: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """Everything on one database."""
    with ExitStack() as stack:
        server: Database = stack.enter_context(database(kind))
        file = file_of_people(stack.enter_context(folder_of_its_own()), chosen.records)
        say(f"{kind}: loading {chosen.records:,} records")
        made = stack.enter_context(portal(server, file=file, costs=COSTS))
        # Whoever registers searches first, and thousands who are nobody on file look like a spray.
        made.run(str(BIN / "kecs"), "strict", "off", "--minutes", "1000")
        peers = {name: stack.enter_context(peer(name, server, costs=COSTS)) for name in PEERS}
        before = json.loads(made.run(sys.executable, "-m", "benchmarks.census"))
        ours, theirs = new_numbers(chosen.records - 10), new_numbers(10**9)
        say(f"{kind}: every server's first {chosen.warm_up:.0f} seconds")
        first = one_round(server, made, peers, ours, theirs, chosen.warm_up)
        say("  " + report.line_of_round(first))
        rounds: list[dict[str, Any]] = []
        for turn in range(chosen.rounds):
            say(f"{kind}: round {turn + 1} of {chosen.rounds}")
            rounds.append(one_round(server, made, peers, ours, theirs, chosen.seconds))
            say("  " + report.line_of_round(rounds[-1]))
        rate = median(each["ours full"]["per_second"] for each in rounds) / 2
        say(f"{kind}: pages at {rate:.1f} registrations a second")
        pages, visitors = page_times(
            ours,
            port=made.servers["full"].port,
            roads=OUR_ROADS,
            seconds=chosen.seconds * 6,
            rate=rate,
            meters={},
        )
        census = check_census(made, before, ours)
        statements = json.loads(
            made.run(
                sys.executable,
                "-m",
                "benchmarks.statements",
                str(chosen.records - 5),
                str(FIRST["new"] + 500_000),
            )
        )
    return {
        "first_seconds": first,
        "rounds": rounds,
        "half_load": {"per_second": rate, "visitors": visitors, "pages": pages},
        "census": census,
        "statements": statements,
    }


def one_round(
    server: Database,
    made: Portal,
    peers: dict[str, dict[str, Server]],
    ours: Numbers,
    theirs: Numbers,
    seconds: float,
) -> dict[str, Any]:
    """Each system once, close together in time, so that they share the machine's moods."""
    results: dict[str, Any] = {"hash bound": hash_bound(seconds / 2)}
    for cost in COSTS:
        meters = {"web": made.servers[cost].cpu, "database": server.cpu, "mail sender": made.sender_cpu}
        results[f"ours {cost}"] = asdict(
            saturation(ours, port=made.servers[cost].port, roads=OUR_ROADS, seconds=seconds, meters=meters)
        )
        for name, servers in peers.items():
            meters = {"web": servers[cost].cpu, "database": server.cpu}
            results[f"{name} {cost}"] = asdict(
                saturation(theirs, port=servers[cost].port, roads=[name], seconds=seconds, meters=meters)
            )
    return results


def quick(visits: int) -> None:
    """Some registrations and sign-ups on SQLite, and the bound: nothing fails, nobody is missing. Raises Faulty."""
    with ExitStack() as stack:
        server = stack.enter_context(database("SQLite"))
        file = file_of_people(stack.enter_context(folder_of_its_own()), visits)
        made = stack.enter_context(portal(server, file=file, costs=("rest",)))
        peers = {name: stack.enter_context(peer(name, server, costs=("rest",))) for name in PEERS}
        before = json.loads(made.run(sys.executable, "-m", "benchmarks.census"))
        numbers = new_numbers(visits)
        numbers.used(walks_of_all(numbers, visits, port=made.servers["rest"].port, roads=OUR_ROADS))
        for name, servers in peers.items():
            walks_of_all(numbers, visits, port=servers["rest"].port, roads=[name])
        check_census(made, before, numbers)
    hash_bound(0.2)  # raises where it does not hash
    print(f"{visits} registrations, 0 errors, nobody missing.")


def walks_of_all(numbers: Numbers, visits: int, *, port: int, roads: list[str]) -> list[dict[str, Any]]:
    """So many visits, not one of which fails. Raises Faulty."""
    plan = numbers.plan(port=port, roads=roads, visitors=8, seconds=60.0, at_most=visits)
    out, _err = python("load").communicate(json.dumps(asdict(plan)))
    walks: list[dict[str, Any]] = json.loads(out)
    failed = [walk["error"] for walk in walks if walk["error"]]
    if failed or len(walks) != visits:
        raise Faulty(f"{len(failed)} of {len(walks)} visits failed: {failed[:3]}")
    return walks


def main() -> int:
    """Measure on both databases, write and print the report."""
    parser = argparse.ArgumentParser(description="What a registration costs.")
    parser.add_argument("--quick", action="store_true", help="eighteen registrations on SQLite, no report")
    parser.add_argument("--rounds", type=int, default=6, help="medians are taken over so many (6)")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each measurement (6)")
    parser.add_argument(
        "--warm-up", type=float, default=20.0, help="seconds of each server before the rounds (20)"
    )
    parser.add_argument("--records", type=int, default=10_000, help="loaded in advance (10,000)")
    parser.add_argument("--databases", nargs="+", default=["SQLite", "PostgreSQL"])
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the report")
    chosen = parser.parse_args()
    try:
        if chosen.quick:
            quick(18)
            return 0
        measured = {kind: measure(kind, chosen) for kind in chosen.databases}
    except Faulty as faulty:
        print(f"The measurement is void. {faulty}", file=sys.stderr)
        return 1
    facts = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "conditions": {
            "rounds": chosen.rounds,
            "seconds": chosen.seconds,
            "warm_up_seconds": chosen.warm_up,
            "records": chosen.records,
            "robot_check_ms_at_default_cost": robot_cost(50),
        },
        "databases": measured,
    }
    chosen.results.mkdir(parents=True, exist_ok=True)
    table = report.markdown(facts)
    (chosen.results / "registration.json").write_text(json.dumps(report.rounded(facts), indent=1) + "\n")
    (chosen.results / "registration.md").write_text(table)
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
