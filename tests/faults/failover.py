#!/usr/bin/env python3
"""The primary dies while people register, its standby takes over, and everybody who was answered is there: a fail-over rehearsed.

    .venv/bin/python -m tests.faults.failover [--times N] [--quick]

Two durable servers on this machine (scripts/postgres install). The standby streams from the primary, and the primary
answers no commit before the standby has it on its disk (`synchronous_standby_names`). kill -9 for the primary and all of
its processes; the standby is promoted; the web processes find it by themselves, since their DATABASE_URL names both
servers and asks for the one that takes writes. Then the dead one is made anew, as a standby of the other, while people
register; and the next round kills that other. docs/runbooks/failover.md says the same by hand.

Then must hold what `kill.py` demands, and no answer is 5xx but 503 with Retry-After. Prints how long nobody was served.
"""

import argparse
import random
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from tests.faults.opening_day import at
from tests.faults.rules import told
from tests.faults.servers import (
    Server,
    Visitors,
    database_url,
    educators,
    servers_of_our_own,
    visited,
)
from tests.faults.visitors import Browser, NoAnswer

STANDBY = "kecs_standby"


def said_by(server: Server, statement: str) -> str:
    """The one value that a statement tells."""
    with psycopg.connect(database_url(server), autocommit=True) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return str(row[0]) if row else ""


def ordered(server: Server, statement: str) -> None:
    """A statement that tells nothing, by the server's own superuser."""
    with psycopg.connect(database_url(server), autocommit=True) as connection:
        connection.execute(statement.encode())


def follow(primary: Server, standby: Server) -> None:
    """A standby, without which no commit is answered from now on."""
    standby.follow(primary, name=STANDBY)
    ordered(primary, f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
    ordered(primary, "SELECT pg_reload_conf()")
    deadline = time.monotonic() + 60
    while said_by(primary, "SELECT coalesce(max(sync_state), '') FROM pg_stat_replication") != "sync":
        if time.monotonic() > deadline:
            raise SystemExit("The standby does not follow.")
        time.sleep(0.05)


@dataclass
class Probe:
    """Asks, over and over, whether the portal can work; the longest time that it could not."""

    port: int
    enough: threading.Event = field(default_factory=threading.Event)
    served_at: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Each answer of "ready" is noted."""
        while not self.enough.wait(0.02):
            try:
                status = Browser(self.port).ask("GET", "/readyz")[0]
            except NoAnswer:
                continue
            if status == 200:
                self.served_at.append(time.monotonic())

    def gap_after(self, moment: float) -> float:
        """Seconds from this moment to the first answer of "ready" that began later."""
        return next((served - moment for served in self.served_at if served > moment), float("inf"))


@contextmanager
def asked_all_the_time(port: int) -> Iterator[Probe]:
    """The probe at its work."""
    probe = Probe(port)
    asking = threading.Thread(target=probe.run)
    asking.start()
    try:
        yield probe
    finally:
        probe.enough.set()
        asking.join()


@dataclass
class Rehearsal:
    """What was seen."""

    gaps: list[float] = field(default_factory=list)  # seconds until the portal was ready again
    homes: list[float] = field(default_factory=list)  # seconds until the next person had her account
    promotions: list[float] = field(default_factory=list)
    remade: list[float] = field(default_factory=list)


def failed_over(primary: Server, standby: Server, visitors: Visitors, probe: Probe, seen: Rehearsal) -> None:
    """Kill the one, promote the other, wait for somebody to get home, make the first follow the second."""
    died = time.monotonic()
    primary.kill()
    home = len(visitors.day.home)
    standby.promote()
    seen.promotions.append(time.monotonic() - died)
    visitors.wait_for(home + 1 - len(visitors.day.home))
    seen.homes.append(time.monotonic() - died)
    visitors.wait_for(3)
    seen.gaps.append(probe.gap_after(died + 0.05))
    began = time.monotonic()
    shutil.rmtree(primary.folder)
    follow(standby, primary)
    seen.remade.append(time.monotonic() - began)
    visitors.wait_for(3)


def main() -> int:
    """Two servers, a portal, people; then kill and promote, look, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="twice: there and back")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    random.seed(options.seed)
    times = 2 if options.quick else options.times
    seen = Rehearsal()
    with servers_of_our_own(2) as servers:
        servers[0].make()
        follow(*servers)
        with (
            visited(educators(200 + times * 80), *servers) as visitors,
            asked_all_the_time(visitors.day.port) as probe,
        ):
            for number in range(times):
                primary, standby = servers[number % 2], servers[1 - number % 2]
                failed_over(primary, standby, visitors, probe, seen)
        day, broken = visitors.day, told(visitors.rules)
    for name, seconds in (
        ("promoted after", seen.promotions),
        ("ready again after", seen.gaps),
        ("the next account after", seen.homes),
        ("a new standby made in", seen.remade),
    ):
        sys.stdout.write(f"{name}: {at(0.5, seconds):.2f} s in the middle, {at(1, seconds):.2f} s at most\n")
    sys.stdout.write(
        f"{len(day.home)} registered; {times} fail-overs; 503: {day.statuses[503]}, no answer: {day.statuses[0]}; "
        f"seed {options.seed}\n"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
