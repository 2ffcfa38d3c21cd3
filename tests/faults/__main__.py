"""`python -m tests.faults [--quick] [--only NAME ...]`: every fault on an installation of its own; prints one table, status 1 where a rule broke.

DATABASE_URL names an empty database, or there is none: SQLite. `make faults` runs it on both, and kill.py, kill_import.py and
opening_day.py beside it.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path

from tests.faults.ground import Outcome, installation
from tests.faults.left import left_behind, logs_kept

Fault = Callable[[int, Path], Outcome]


def faults() -> dict[str, tuple[Fault, int, int]]:
    """Each with how often it strikes, in a quick run and in a whole one, and a look at what it left. Django must be ready."""
    from tests.faults import answers, mailer, postfix

    every = {
        "mailer": (mailer.killed, 5, 1_000),
        "smtp": (mailer.unwilling, 4, 200),
        "postfix": (postfix.stopped_and_started, 2, 50),
        "answer": (answers.lost, 3, 500),
        "disk": (answers.disk_full, 2, 100),
        "connections": (answers.connections_cut, 6, 200),
        "limiter": (answers.limiter_lost, 1, 50),
    }
    return {name: (_looked_at(fault), quick, whole) for name, (fault, quick, whole) in every.items()}


def _looked_at(fault: Fault) -> Fault:
    """The fault, and what it must not leave behind."""

    @wraps(fault)
    def struck(times: int, folder: Path) -> Outcome:
        with logs_kept(folder):
            outcome = fault(times, folder)
        outcome.broken += [f"{rule}: {what}" for rule, what in left_behind(folder) if what]
        return outcome

    return struck


def row(outcome: Outcome, seconds: float) -> str:
    """A line of the table."""
    counted = ", ".join(f"{what} {count}" for what, count in outcome.counted.items())
    state = "BROKEN: " + "; ".join(outcome.broken) if outcome.broken else "held"
    return f"| {outcome.fault} | {outcome.times:,} | {counted} | {seconds:.0f} | {state} |"


def main() -> int:
    """All of them, or those named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--share", type=float, default=1.0, help="of a whole run")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    random.seed(options.seed)
    broken = False
    with installation() as folder:
        from django.db import connection

        sys.stdout.write(f"{connection.vendor}, seed {options.seed}\n\n")
        sys.stdout.write("| fault | times | counted | s | rules |\n| --- | ---: | --- | ---: | --- |\n")
        for name, (fault, quick, whole) in faults().items():
            if options.only and name not in options.only:
                continue
            began = time.monotonic()
            outcome = fault(quick if options.quick else max(1, round(whole * options.share)), folder)
            sys.stdout.write(row(outcome, time.monotonic() - began) + "\n")
            sys.stdout.flush()
            broken = broken or bool(outcome.broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
