#!/usr/bin/env python3
"""PostgreSQL's server restarted, again and again, while people register: told to stop, told to stop at once, and kill -9.

    .venv/bin/python -m tests.faults.database [--times N] [--quick]

A durable server of its own (scripts/postgres install). Then must hold what `kill.py` demands, and no answer is 5xx but
503 with Retry-After: whoever was answered has her account, whoever was not sends the same form again.
"""

import argparse
import random
import sys
import time
from collections import Counter

from tests.faults.rules import told
from tests.faults.servers import Server, Visitors, educators, servers_of_our_own, visited


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
    with servers_of_our_own(1) as [server]:
        server.make()
        with visited(educators(100 + times * 12), server) as visitors:
            ways, away = struck(server, visitors, times)
        day, broken = visitors.day, told(visitors.rules)
    sys.stdout.write(
        f"{len(day.home)} registered; restarts: {', '.join(f'{n} x {how}' for how, n in ways.items())}; away "
        f"{sorted(away)[len(away) // 2]:.1f} s in the middle, {max(away):.1f} s at most; 503: {day.statuses[503]}, "
        f"no answer: {day.statuses[0]}; seed {options.seed}\n"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
