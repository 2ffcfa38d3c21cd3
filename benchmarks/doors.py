"""`python -m benchmarks.doors`: whether a stopwatch tells whose an address or a username is. Writes benchmarks/results/doors.md and .json.

At each door (sign in, forgotten password and username, a registration, another link to confirm an address), names and
addresses that nobody has, that somebody typed, that somebody confirmed, and whose account staff closed, in random order, by
HTTP against the portal as `make run` starts it, with nobody at the other end of the mail server. For each state, the chance that an
answer took longer than for nobody (rank AUC, Mann-Whitney): 0.5 where nobody can tell. A control, answered late on purpose, must be
noticed in the same run, else nothing is proved. Password hashes are nearly free here, so that they hide nothing; that each answer costs
one is tested (tests/rooms/accounts/test_strangers.py).

`--quick` asks for less, and demands that; the tests run it.
"""

import argparse
import http.client
import json
import os
import platform
import queue
import random
import re
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.doorsteps import CONTROL, DOORS, NOBODY, STATES, Asked, Browser
from benchmarks.report import rounded, row
from benchmarks.servers import (
    BIN,
    ROOT,
    Database,
    Portal,
    Server,
    clean_environment,
    database,
    folder_of_its_own,
)
from benchmarks.timing import BAR, RESULTS, SAMPLES, Told, auc, priority

VISITORS = 4
LATE_MS = 2
QUICK_SAMPLES, QUICK_BAR, QUICK_LATE_MS = 90, 0.22, 15
QUICK_DOORS = ("sign in by username",)
# Of 90 and 90 answers that are alike, AUC is off by 0.22 less than once in a million pairs (its deviation is 0.043).
TOKENS = re.compile(r'(name="(?:csrfmiddlewaretoken|registration|robot_stamp)" value=")[^"]+')


class Crowd:
    """Threads with a kept connection each, that take the next request of one door."""

    def __init__(self, port: int, requests: list[Asked], late_ms: int) -> None:
        self.port, self.late_ms = port, late_ms
        self.requests: queue.SimpleQueue[Asked] = queue.SimpleQueue()
        for each in requests:
            self.requests.put(each)
        self.times: dict[str, list[float]] = {each.state: [] for each in requests}
        self.answers: set[tuple[Any, ...]] = set()
        self.lock = threading.Lock()

    def run(self) -> dict[str, list[float]]:
        """Milliseconds of each state. Raises Told when answers differ in more than their time."""
        with ThreadPoolExecutor(VISITORS) as pool:
            list(pool.map(self.visit, range(VISITORS)))  # raises what a visit raised
        if len(self.answers) != 1:
            raise Told(f"Answers differ: {[answer[:2] for answer in self.answers][:5]}")
        return self.times

    def visit(self, number: int) -> None:
        """One thread's requests, each from a browser that was never here."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            place = 0
            while True:
                place += 1
                address = f"10.{number}.{place >> 8}.{place & 255}"
                self.request(Browser(connection, address), self.requests.get_nowait())
        except queue.Empty:
            pass
        finally:
            connection.close()

    def request(self, browser: Browser, asked: Asked) -> None:
        """Timed from the first byte sent to the last received."""
        path, fields = DOORS[asked.door](browser, asked)
        late_ms = self.late_ms if asked.state == CONTROL else 0
        began = time.perf_counter()
        answer, content = browser.ask("POST", path, fields, late_ms=late_ms)
        took = (time.perf_counter() - began) * 1000
        for typed in (asked.username, asked.own_name):
            content = content.replace(typed, "")
        headers = tuple(sorted((name, len(value)) for name, value in answer.headers.items()))
        seen = (answer.status, answer.headers.get("Location"), TOKENS.sub(r"\1", content), headers)
        with self.lock:
            self.times[asked.state].append(took)
            self.answers.add(seen)


# --- The installation ----------------------------------------------------------------------------------------------


def installation(stack: ExitStack, server: Database, samples: int, doors: Iterable[str]) -> Portal:
    """With its accounts, and a mail server that nobody answers at."""
    folder = stack.enter_context(folder_of_its_own())
    environment = clean_environment() | {
        "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
        "DATABASE_URL": server.new(folder),
        "KECS_MODE": "development",
        "KECS_VAR_DIR": str(folder),
        "KECS_ORIGIN": "http://127.0.0.1:8000",
        "KECS_TRUSTED_PROXIES": "1",
        "KECS_ROBOT": "null",
        "KECS_PASSWORD_HASH_COST": "test",
        "KECS_SMTP_URL": "smtp://127.0.0.1:9",
        "KECS_MAIL_TRANSPORT": "django.core.mail.backends.smtp.EmailBackend",
        "PYTHONPATH": str(ROOT),
    }
    made = Portal(folder=folder, environment=environment)
    made.run(str(BIN / "kecs"), "init_development")
    made.run(sys.executable, "-m", "benchmarks.residents", str(samples), *doors)
    # Whoever registers searches first, and thousands who are nobody on file look like a spray.
    made.run(str(BIN / "kecs"), "strict", "off", "--minutes", "1000")
    return made


def shuffled(door: str, samples: int) -> list[Asked]:
    """So many requests for each state, in random order."""
    requests = [Asked(door=door, state=state, number=number) for state in STATES for number in range(samples)]
    random.Random(7).shuffle(requests)
    return requests


def ask(kind: str, samples: int, doors: Iterable[str], late_ms: int) -> dict[str, dict[str, list[float]]]:
    """The times at each door, by state. Raises Told."""
    times = {}
    with ExitStack() as stack:
        server = stack.enter_context(database(kind))
        made = installation(stack, server, samples, doors)
        portal = Server(
            folder=made.folder, environment=made.environment, application="benchmarks.late:application"
        )
        stack.enter_context(priority(server.postmaster))
        stack.enter_context(portal)
        for door in doors:
            times[door] = Crowd(portal.port, shuffled(door, samples), late_ms).run()
            # A long run that is stopped has told something.
            so_far = {state: round(value, 3) for state, value in against_nobody(times[door]).items()}
            print(f"{kind}: {door} {so_far}", file=sys.stderr)
    return times


def against_nobody(times: dict[str, list[float]]) -> dict[str, float]:
    """The chance that an answer took longer than one about nobody, of each other state."""
    return {state: auc(times[state], times[NOBODY]) for state in STATES if state != NOBODY}


def demand_untold(door: str, found: dict[str, float], bar: float) -> None:
    """No state is told from nobody, and the control is. Raises Told."""
    for state, value in found.items():
        if state == CONTROL:
            if value < 0.5 + bar:
                raise Told(f"A late answer would not have been noticed at {door}: {value:.3f}")
        elif abs(value - 0.5) > bar:
            raise Told(f"A stopwatch tells {state} from nobody at {door}: {value:.3f}")


def quick() -> None:
    """One door on SQLite. Raises Told."""
    for door, times in ask("SQLite", QUICK_SAMPLES, QUICK_DOORS, QUICK_LATE_MS).items():
        demand_untold(door, against_nobody(times), QUICK_BAR)
    print(f"{QUICK_DOORS[0]}: nobody's account told from none; a late answer would have been.")


# --- The report ----------------------------------------------------------------------------------------------------


def _times(times: list[float]) -> dict[str, float]:
    cuts = quantiles(times, n=100)
    return {"p50": median(times), "p95": cuts[94], "p99": cuts[98], "samples": len(times)}


def markdown(facts: dict[str, Any]) -> str:
    """The whole report."""
    lines = [
        "# Whether a stopwatch tells whose an address is",
        "",
        f"Made by `python -m benchmarks.doors` on {facts['machine']['cores']} cores, Python {facts['machine']['python']}: by HTTP,",
        f"{VISITORS} visitors at once, all states in random order, the mail server down. Rank AUC (Mann-Whitney) of each state against",
        f"“{NOBODY}”, 0.5 ± {BAR} wanted. “{CONTROL}” is a request about nobody that is answered {LATE_MS} ms late on purpose: it must be",
        "told, or the measurement would prove nothing. Status, headers and content of all answers at a door were the same.",
        "Password hashes are nearly free in this run; each answer at a door costs the same number of them.",
        "",
    ]
    states = [state for state in STATES if state != NOBODY]
    for name, doors in facts["databases"].items():
        lines += [
            f"## {name}",
            "",
            row("door", "n a state", f"{NOBODY}: p50 / p99 ms", *states),
            row("---", "---:", "---:", *("---:" for _ in states)),
        ]
        for door, each in doors.items():
            of = each["times_ms"][NOBODY]
            cells = [f"{each['auc'][state]:.3f}" for state in states]
            lines.append(row(door, f"{of['samples']:.0f}", f"{of['p50']:.1f} / {of['p99']:.1f}", *cells))
        lines.append("")
    return "\n".join(lines)


def write(chosen: argparse.Namespace) -> None:
    """Measure, write and print the report. Raises Told."""
    databases: dict[str, dict[str, Any]] = {}
    for kind in chosen.databases:
        asked = ask(kind, chosen.samples, chosen.doors, LATE_MS)
        databases[kind] = {
            door: {
                "auc": against_nobody(times),
                "times_ms": {state: _times(each) for state, each in times.items()},
            }
            for door, times in asked.items()
        }
    facts = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "databases": databases,
    }
    chosen.results.mkdir(parents=True, exist_ok=True)
    (chosen.results / "doors.json").write_text(json.dumps(rounded(facts), indent=1) + "\n")
    (chosen.results / "doors.md").write_text(markdown(facts))
    print(markdown(facts))
    for doors in databases.values():
        for door, each in doors.items():
            demand_untold(door, each["auc"], BAR)


def main() -> int:
    """1 when a state is told from nobody."""
    parser = argparse.ArgumentParser(description="Whether a stopwatch tells whose an address is.")
    parser.add_argument(
        "--quick", action="store_true", help="one door, 90 requests a state, on SQLite; no report"
    )
    parser.add_argument("--samples", type=int, default=SAMPLES, help="of each state at each door (2,000)")
    parser.add_argument("--databases", nargs="+", default=["SQLite", "PostgreSQL"])
    parser.add_argument("--doors", nargs="+", choices=DOORS, default=list(DOORS))
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the report")
    chosen = parser.parse_args()
    try:
        if chosen.quick:
            quick()
        else:
            write(chosen)
    except Told as told:
        print(told, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
