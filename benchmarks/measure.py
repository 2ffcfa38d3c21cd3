"""One measurement each: saturation, half of it, the hash bound, the robot check's own work; registration.py orders them."""

import json
import os
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from altcha import create_challenge

from benchmarks.load import Plan
from benchmarks.people import SERIALS
from benchmarks.servers import cpu_seconds, machine_cpu_seconds, python

VISITORS = 16  # twice as many as the two processes have threads
# Newcomers are nobody's like: who has one's birth date has another number in two digits or more.
FIRST = {"claim": 0, "new": 137 * SERIALS, "bare": 0, "allauth": 0}
OUR_ROADS = ["claim", "new"]
MACHINE = "machine"


class Faulty(Exception):
    """Visits that failed: nothing measured beside them means anything."""


@dataclass(slots=True)
class Numbers:
    """Hands out people who have not registered yet."""

    next: dict[str, int]
    on_file: int

    def plan(self, **plan: Any) -> Plan:
        """A plan that begins with the first of them."""
        return Plan(first=dict(self.next), **plan)

    def used(self, walks: list[dict[str, Any]]) -> None:
        """After a load: those of these walks have come."""
        for walk in walks:
            self.next[walk["road"]] = max(self.next[walk["road"]], walk["number"] + 1)
        if self.next["claim"] > self.on_file:
            raise Faulty(f"More people came than the {self.on_file} on file: give --records.")


Meter = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """Registrations a second, and CPU milliseconds of each part per registration."""

    per_second: float
    cpu_ms: dict[str, float]
    registrations: int
    others_percent: float  # of the machine's time, taken by programs that are no part of the measurement


def walks_of(plan: Plan, *, meters: dict[str, Meter], warm_up: float) -> tuple[list[Any], Any]:
    """Run a load; the walks, and the window in which CPU was read: its begin, end and seconds of CPU of each part."""
    load = python("load")
    assert load.stdin is not None
    assert load.stdout is not None
    load.stdin.write(json.dumps(asdict(plan)))
    load.stdin.close()
    meters = {**meters, "load generator": lambda: cpu_seconds(load.pid), MACHINE: machine_cpu_seconds}
    time.sleep(warm_up)
    begin, before = time.monotonic(), {part: meter() for part, meter in meters.items()}
    # Ends before the load does, so that every second of the window is full.
    time.sleep(max(0.0, plan.seconds - warm_up - 0.5))
    end, after = time.monotonic(), {part: meter() for part, meter in meters.items()}
    walks: list[dict[str, Any]] = json.load(load.stdout)
    if load.wait():
        raise Faulty("The load generator failed.")
    failed = [walk["error"] for walk in walks if walk["error"]]
    if failed:
        raise Faulty(f"{len(failed)} of {len(walks)} visits failed, the first with: {failed[0]}")
    return walks, (begin, end, {part: after[part] - before[part] for part in meters})


def saturation(
    numbers: Numbers, *, port: int, roads: list[str], seconds: float, meters: dict[str, Meter]
) -> Saturation:
    """As many as the server can take, after a warm-up."""
    warm_up = 2.0
    plan = numbers.plan(port=port, roads=roads, visitors=VISITORS, seconds=seconds + warm_up + 0.5)
    walks, (begin, end, cpu) = walks_of(plan, meters=meters, warm_up=warm_up)
    numbers.used(walks)
    others = cpu.pop(MACHINE) - sum(cpu.values())
    done = sum(begin <= walk["ended"] < end for walk in walks)
    if not done:
        raise Faulty("Nobody got through within the time.")
    return Saturation(
        per_second=done / (end - begin),
        cpu_ms={part: seconds * 1000 / done for part, seconds in cpu.items()},
        registrations=len(walks),
        others_percent=max(0.0, 100 * others / (end - begin) / (os.cpu_count() or 1)),
    )


def percentile(values: list[float], share: float) -> float:
    """The value that this share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def page_times(
    numbers: Numbers, *, port: int, roads: list[str], seconds: float, rate: float, meters: dict[str, Meter]
) -> tuple[dict[str, dict[str, float]], int]:
    """Milliseconds of each page while visitors arrive at this rate, and of the whole flow; how many visitors."""
    plan = numbers.plan(port=port, roads=roads, visitors=64, seconds=seconds, rate=rate)
    walks, _window = walks_of(plan, meters=meters, warm_up=1.0)
    numbers.used(walks)
    times: defaultdict[str, list[float]] = defaultdict(list)
    for walk in walks:
        for page, milliseconds in walk["pages"]:
            times[page].append(milliseconds)
        times["all pages of a registration"].append(sum(ms for _page, ms in walk["pages"]))
    return {
        page: {"p50": percentile(each, 0.5), "p99": percentile(each, 0.99), "n": len(each)}
        for page, each in times.items()
    }, len(walks)


def hash_bound(seconds: float) -> dict[str, float]:
    """Two processes that only hash, as many as there are web processes."""
    hashing = [python("hashing", str(seconds)) for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        answers = [json.loads(out) for out, _err in pool.map(lambda process: process.communicate(), hashing)]
    return {
        "per_second": sum(answer["per_second"] for answer in answers),
        "cpu_ms": median(answer["cpu_ms"] for answer in answers),
    }


def robot_cost(rounds: int) -> float:
    """CPU milliseconds that a challenge costs the server at its default cost more than at the cost of the measurement."""

    def milliseconds(cost: int) -> float:  # the counter: half of the most that guard/robots/altcha.py draws
        taken = []
        for _ in range(rounds):
            began = time.process_time()
            create_challenge("PBKDF2/SHA-256", cost, counter=120, hmac_secret="a", hmac_key_secret="b")
            taken.append(time.process_time() - began)
        return median(taken) * 1000

    return milliseconds(5000) - milliseconds(1)


def new_numbers(on_file: int) -> Numbers:
    """Nobody has come."""
    return Numbers(next=dict(FIRST), on_file=on_file)
