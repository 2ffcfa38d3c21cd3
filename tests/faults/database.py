#!/usr/bin/env python3
"""PostgreSQL's server restarted, again and again, while people register: told to stop, told to stop at once, and kill -9.

    .venv/bin/python -m tests.faults.database [--times N] [--quick]

A durable server of its own (scripts/postgres install). Then must hold what `kill.py` demands, and no answer is 5xx but
503 with Retry-After: whoever was answered has her account, whoever was not sends the same form again.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.kill import Portal, environment_of, prepare, rules_broken
from tests.faults.opening_day import Day
from tests.faults.servers import Server, Visitors, answers_broken, database_url, educators


def strike(server: Server, how: str) -> float:
    """Down and up again. Seconds that it was away, its recovery included."""
    began = time.monotonic()
    if how == "killed":
        server.kill()
    else:
        server.stop(how)
    server.start()
    return time.monotonic() - began


def struck(server: Server, visitors: Visitors, times: int) -> tuple[Counter[str], list[float]]:
    """Each way in turn; between two restarts somebody gets home, or the last one is not over."""
    ways, away = Counter[str](), []
    for number in range(times):
        how = ("killed", "immediate", "fast")[number % 3]
        away.append(strike(server, how))
        ways[how] += 1
        visitors.wait_for(2)
        time.sleep(random.uniform(0, 0.3))
    return ways, away


def main() -> int:
    """Serve, let people register, restart, look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="three restarts, one of each kind")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    random.seed(options.seed)
    times = 3 if options.quick else options.times
    folder = Path(tempfile.mkdtemp(prefix="kecs-db-", dir="/tmp"))
    folder.chmod(0o711)  # the server may be another user's
    server, var = Server(folder / "pg"), folder / "var"
    var.mkdir()
    settings = {"KECS_PASSWORD_HASH_COST": "test", "KECS_ROBOT": "null", "KECS_SEARCH_TAKES_MS": "0"}
    portal = Portal(var, environment_of(var, DATABASE_URL=database_url(server), **settings))
    people = educators(100 + times * 12)
    try:
        server.make()
        prepare(portal, list(people))
        portal.start()
        portal.start_settler()
        visitors = Visitors(Day(portal.port, patience=0.05), people)
        visitors.begin()
        try:
            visitors.wait_for(5)
            ways, away = struck(server, visitors, times)
        finally:
            visitors.end()
        portal.kill_all()
        portal.kill_settler()
        day = visitors.day
        rules = answers_broken(day) + rules_broken(day.home, day.led_elsewhere)
    finally:
        for process in (portal.master, portal.settler):
            if process and process.poll() is None:
                os.kill(process.pid, signal.SIGTERM)
                process.wait()
        if (server.data / "postmaster.pid").exists():
            server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
    for rule, what in rules:
        sys.stdout.write(f"{'BROKEN' if what else 'ok':7}{rule}{f': {what}' if what else ''}\n")
    sys.stdout.write(
        f"{len(day.home)} registered; restarts: {', '.join(f'{n} x {how}' for how, n in ways.items())}; away "
        f"{sorted(away)[len(away) // 2]:.1f} s in the middle, {max(away):.1f} s at most; 503: {day.statuses[503]}, "
        f"no answer: {day.statuses[0]}; seed {options.seed}\n"
    )
    return 1 if any(what for _rule, what in rules) else 0


if __name__ == "__main__":
    sys.exit(main())
