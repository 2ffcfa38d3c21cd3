#!/usr/bin/env python3
"""The clocks of two of three web servers are wrong by 26 hours, one fast and one slow, while people register through all three.

    scripts/postgres with -- .venv/bin/python -m tests.faults.clock [--people N]

Each request goes to any of the three by chance, and whoever settles believes the fast clock; PostgreSQL has the right time.
Then must hold what `kill.py` demands: everybody got home, no step was lost between two servers, and what ends by the clock
ends by the database's. DATABASE_URL names an empty database.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.faults.left import Rules
from tests.faults.portal import WITHOUT_WAITS, Portal, ours_from_now, prepare
from tests.faults.rules import rules_broken, told
from tests.faults.servers import Visitors, answers_broken, educators
from tests.faults.versions import EitherDay, Served

HOURS = (0, 26, -26)
MOVES_CLOCK = """
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *at) {
    const char *by = getenv("MOVED_BY_SECONDS");
    int failed = (int)syscall(SYS_clock_gettime, clock, at);
    if (!failed && by && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) at->tv_sec += atol(by);
    return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""
A_LITTLE = timedelta(minutes=10)


def moving_library(var: Path) -> Path:
    """Compiled (needs a C compiler): a library that a process is started with, and its time of day is another one.

    libfaketime moves the clocks that sleeping goes by, too, and stops gunicorn on a machine that runs for less than a day.
    """
    source, library = var / "moved.c", var / "moved.so"
    source.write_text(MOVES_CLOCK, encoding="ascii")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(source)], check=True)
    return library


def moved(environment: dict[str, str], library: Path, hours: int) -> dict[str, str]:
    """The environment of a process whose time of day is wrong."""
    return {**environment, "LD_PRELOAD": str(library), "MOVED_BY_SECONDS": str(hours * 3600)}


def believed(environment: dict[str, str]) -> float:
    """By how many seconds a process of this environment is wrong."""
    told = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        env=environment,
        capture_output=True,
        check=True,
    )
    return float(told.stdout) - time.time()


def ends_broken() -> Rules:
    """What ends by the clock, compared with the database's clock. Everything was made a moment ago."""
    from django.conf import settings
    from django.contrib.sessions.models import Session

    from kecs.audit.models import AuditEvent
    from kecs.guard.models import LimitCounter
    from kecs.guard.queries import database_clock

    now, lasts = database_clock(), timedelta(seconds=settings.SESSION_COOKIE_AGE)
    ends = list(Session.objects.values_list("expire_date", flat=True))
    began = list(LimitCounter.objects.values_list("window_start", flat=True))
    happened = list(AuditEvent.objects.values_list("at", flat=True))
    return [
        (
            "sessions end by the database's clock",
            [at for at in ends if not -A_LITTLE < at - now < lasts + A_LITTLE],
        ),
        ("no count of a limit begins tomorrow", [at for at in began if at > now + A_LITTLE]),
        ("events are dated by the database's clock", [at for at in happened if abs(at - now) > 6 * A_LITTLE]),
    ]


def main() -> int:
    """Serve by three clocks, let people register, look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--quick", action="store_true", help="twenty people")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    random.seed(options.seed)
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        raise SystemExit("SQLite has no clock of its own: name an empty PostgreSQL database in DATABASE_URL.")
    var = Path(tempfile.mkdtemp(prefix="kecs-clock-"))
    try:
        day, rules, clocks = serve_by_three_clocks(var, 20 if options.quick else options.people)
    finally:
        shutil.rmtree(var, ignore_errors=True)
    broken = told(rules)
    sys.stdout.write(
        f"{len(day.home)} registered; answers by clock: {clocks}; 503: {day.statuses[503]}, no answer: {day.statuses[0]}; "
        f"seed {options.seed}\n"
    )
    return 1 if broken else 0


def serve_by_three_clocks(var: Path, many: int) -> tuple[EitherDay, Rules, str]:
    """So many people register; what happened, what held, and how many answers each clock gave."""
    environment = ours_from_now(var, **WITHOUT_WAITS)
    library = moving_library(var)
    portals = [Portal(var, moved(environment, library, hours)) for hours in HOURS]
    wrong = [believed(portal.environment) / 3600 for portal in portals]
    people = educators(many)
    day = EitherDay(portals[0].port, served=Served([portal.port for portal in portals]), patience=0.05)
    visitors = Visitors(day, people)
    try:
        prepare(portals[0], list(people))
        for portal in portals:
            portal.start()
        portals[HOURS.index(26)].start_settler()
        visitors.begin()
        for lane in visitors.lanes:
            lane.join()
    finally:
        for portal in portals:
            portal.end()
    answered = [day.served.answered[portal.port] for portal in portals]
    rules: Rules = [
        ("everybody got home", many - len(day.home)),
        *answers_broken(day),
        ("each clock answered many", [count for count in answered if count < many]),
        (
            "the clocks were wrong",
            [was for hours, was in zip(HOURS, wrong, strict=True) if abs(was - hours) > 0.1],
        ),
        *rules_broken(day.home, day.led_elsewhere),
        *ends_broken(),
    ]
    said = ", ".join(f"{hours:+d} h: {count}" for hours, count in zip(HOURS, answered, strict=True))
    return day, rules, said


if __name__ == "__main__":
    sys.exit(main())
