"""`scripts/postgres with -- .venv/bin/python -m tests.faults.restart [--quick] [--share X]`: the database server killed under load.

People register through a served portal, as in kill.py, while the PostgreSQL server of DATABASE_URL (one of `scripts/postgres`) is
restarted, at once and without ceremony (`immediate`, as after kill -9), or having ended each connection (`fast`). Whoever is
asked to wait sends the same form again. Then must hold what kill.py demands.
"""

import argparse
import os
import random
import runpy
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.faults.kill import ROOT, Person, rules_broken
from tests.faults.kill import prepare as prepare_portal
from tests.faults.opening_day import Day, Educator, Served, installation

BACK_WITHIN = 10.0


def restart(mode: str) -> None:
    """Of the server that DATABASE_URL names by the folder of its socket."""
    [folder] = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"]
    server = runpy.run_path(str(ROOT / "scripts" / "postgres"))
    place, data = server["programs"](), Path(folder) / "data"
    options = (data / "postmaster.opts").read_text(encoding="utf-8").partition(" ")[2].strip()
    words = ["--wait", "--pgdata", data]
    server["run_as_owner"]([place / "pg_ctl", "stop", *words, "--mode", mode])
    time.sleep(random.uniform(0, 1))
    words += ["--log", Path(folder) / "log", "--options", options]
    server["run_as_owner"]([place / "pg_ctl", "start", *words])


def main() -> int:
    """Serve, let people come, restart, look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--only", nargs="*", default=[], help="for make faults: nothing here")
    options = parser.parse_args()
    times = 2 if options.quick else max(1, round(200 * options.share))
    var = Path(tempfile.mkdtemp(prefix="kecs-restart-"))
    portal = Served(var, installation(var, KECS_PASSWORD_HASH_COST="test", KECS_WEB_PROCESSES="2"))
    people: list[Person] = [Educator(number) for number in range(60 + times * 30)]
    try:
        prepare_portal(portal, people)
        portal.start()
        day, enough = Day(portal.port), threading.Event()
        waiting = list(people)

        def lane() -> None:
            while waiting and not enough.is_set():
                day.register(waiting.pop())

        lanes = [threading.Thread(target=lane) for _six in range(6)]
        for thread in lanes:
            thread.start()
        slowest, done = 0.0, 0
        while done < times and any(thread.is_alive() for thread in lanes):
            time.sleep(random.uniform(0.5, 2))
            restart("immediate" if random.random() < 0.5 else "fast")
            done, began, before = done + 1, time.monotonic(), len(day.home)
            while len(day.home) == before and waiting and time.monotonic() - began < 3 * BACK_WITHIN:
                time.sleep(0.05)
            slowest = max(slowest, time.monotonic() - began)
        enough.set()
        for thread in lanes:
            thread.join()
        portal.kill_all()
        rules = rules_broken(day.home, day.led_elsewhere)
    finally:
        if portal.master and portal.master.poll() is None:
            os.killpg(portal.master.pid, signal.SIGKILL)
            portal.master.wait()
        shutil.rmtree(var, ignore_errors=True)
    other = sum(count for status, count in day.statuses.items() if status >= 500 and status != 503)
    rules.append(("no answer is 5xx but 503", other))
    for rule, what in rules:
        sys.stdout.write(f"{'BROKEN' if what else 'ok':7}{rule}{f': {what}' if what else ''}\n")
    sys.stdout.write(
        f"database server restarted {done} times under load; {len(day.home)} registered, {day.statuses[503]} answers were 503; "
        f"at most {slowest:.1f} s from its return to the next registration\n"
    )
    return 1 if any(what for _rule, what in rules) else 0


if __name__ == "__main__":
    sys.exit(main())
