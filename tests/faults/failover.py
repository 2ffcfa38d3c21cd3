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
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.faults.kill import Browser, NoAnswer, Portal, environment_of, prepare, rules_broken
from tests.faults.opening_day import Day, at
from tests.faults.servers import Server, Visitors, answers_broken, database_url, educators

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
    folder = Path(tempfile.mkdtemp(prefix="kecs-fo-", dir="/tmp"))
    folder.chmod(0o711)  # the servers may be another user's
    servers, var = [Server(folder / "a"), Server(folder / "b")], folder / "var"
    var.mkdir()
    settings = {"KECS_PASSWORD_HASH_COST": "test", "KECS_ROBOT": "null", "KECS_SEARCH_TAKES_MS": "0"}
    portal = Portal(var, environment_of(var, DATABASE_URL=database_url(*servers), **settings))
    people, seen = educators(200 + times * 80), Rehearsal()
    try:
        servers[0].make()
        prepare(portal, list(people))
        follow(*servers)
        portal.start()
        portal.start_settler()
        visitors, probe = Visitors(Day(portal.port, patience=0.05), people), Probe(portal.port)
        asking = threading.Thread(target=probe.run)
        asking.start()
        visitors.begin()
        try:
            visitors.wait_for(5)
            for number in range(times):
                primary, standby = servers[number % 2], servers[1 - number % 2]
                failed_over(primary, standby, visitors, probe, seen)
        finally:
            visitors.end()
            probe.enough.set()
            asking.join()
        portal.kill_all()
        portal.kill_settler()
        day = visitors.day
        rules = answers_broken(day) + rules_broken(day.home, day.led_elsewhere)
    finally:
        for process in (portal.master, portal.settler):
            if process and process.poll() is None:
                os.kill(process.pid, signal.SIGTERM)
                process.wait()
        for server in servers:
            if (server.data / "postmaster.pid").exists():
                server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
    for rule, what in rules:
        sys.stdout.write(f"{'BROKEN' if what else 'ok':7}{rule}{f': {what}' if what else ''}\n")
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
    return 1 if any(what for _rule, what in rules) else 0


if __name__ == "__main__":
    sys.exit(main())
