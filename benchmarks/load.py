"""`python -m benchmarks.load`: walks visits against a server from a process of its own; reads a Plan as JSON, prints Walks.

Without a rate it keeps so many visitors busy at once, each followed by the next (saturation). With one, visitors arrive
at random moments of that rate whether or not the server keeps up, and the first page's time runs from that moment.
"""

import http.client
import json
import queue
import random
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode

from benchmarks.people import Person, person
from benchmarks.visits import VISITS, Answer, WalkFailed

PATIENCE = 60.0
COOKIE = re.compile(r"([^=;]+)=([^;]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who comes, on which roads, how."""

    port: int
    roads: list[str]  # people take them in turn
    first: dict[str, int]  # number of the first person on each road
    visitors: int  # at once; with a rate, at most
    seconds: float
    rate: float | None = None  # arrivals per second
    at_most: int | None = None  # visits in all


@dataclass(slots=True, kw_only=True)
class Walk:
    """One visit: when it ended (monotonic clock) and the milliseconds of each page."""

    road: str
    number: int
    ended: float = 0.0
    pages: list[tuple[str, float]] = field(default_factory=list)
    error: str = ""


class HttpBrowser:
    """One visitor's browser: a kept connection, cookies, an address that our proxy would write down."""

    def __init__(self, port: int, visitor: Person, walk: Walk, arrived: float | None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.cookies: dict[str, str] = {}
        self.address = visitor.address
        self.walk = walk
        self.arrived = arrived

    def send(self, page: str, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        """Timed from the first byte sent (or the visitor's arrival) to the last byte received."""
        headers = {"X-Forwarded-For": self.address, "Accept-Language": "en-US,en;q=0.9"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = self.arrived or time.monotonic()
        self.arrived = None
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        self.walk.pages.append((page, (time.monotonic() - began) * 1000))
        for line in response.headers.get_all("Set-Cookie") or []:
            name, value = COOKIE.match(line).groups()  # type: ignore[union-attr]  # our own servers' cookies
            self.cookies[name] = value
        return Answer(response.status, response.headers.get("Location", ""), content.decode())


class Load:
    """Threads that take the next visitor each."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.walks: list[Walk] = []
        self.lock = threading.Lock()
        self.next = dict(plan.first)
        self.started = 0
        self.ends = time.monotonic() + plan.seconds

    def run(self) -> list[Walk]:
        """All visits, the last ones finished."""
        arrivals: queue.Queue[float | None] = queue.Queue()
        target = self.keep_busy if self.plan.rate is None else self.receive
        threads = [threading.Thread(target=target, args=(arrivals,)) for _ in range(self.plan.visitors)]
        for thread in threads:
            thread.start()
        for moment in self.moments():
            time.sleep(max(0.0, moment - time.monotonic()))
            arrivals.put(moment)
        for _thread in threads:
            arrivals.put(None)
        for thread in threads:
            thread.join()
        return self.walks

    def moments(self) -> Iterator[float]:
        """When visitors arrive: a Poisson process, the same for each run."""
        if self.plan.rate is None:
            return
        spread = random.Random(2)
        moment = time.monotonic()
        while (moment := moment + spread.expovariate(self.plan.rate)) < self.ends:
            yield moment

    def keep_busy(self, _arrivals: "queue.Queue[float | None]") -> None:
        """One visitor after the other until the time is over."""
        while time.monotonic() < self.ends and self.visit(None):
            pass

    def receive(self, arrivals: "queue.Queue[float | None]") -> None:
        """Each visitor that arrives."""
        while (arrived := arrivals.get()) is not None:
            self.visit(arrived)

    def visit(self, arrived: float | None) -> bool:
        """The next visitor's walk; False when as many came as were planned."""
        with self.lock:
            if self.plan.at_most is not None and self.started >= self.plan.at_most:
                return False
            road = self.plan.roads[self.started % len(self.plan.roads)]
            visitor = person(self.next[road])
            self.next[road] += 1
            self.started += 1
        walk = Walk(road=road, number=visitor.number)
        browser = HttpBrowser(self.plan.port, visitor, walk, arrived)
        try:
            with closing(browser.connection):
                VISITS[road](browser, visitor)
        except (WalkFailed, OSError, http.client.HTTPException) as error:
            walk.error = f"{type(error).__name__}: {error}"
        walk.ended = time.monotonic()
        with self.lock:
            self.walks.append(walk)
        return True


def main() -> None:
    """Plan on standard input, walks on standard output."""
    sys.setswitchinterval(0.0005)  # a thread that solves a robot challenge must not distort another's times
    plan = Plan(**json.load(sys.stdin))
    json.dump([asdict(walk) for walk in Load(plan).run()], sys.stdout)


if __name__ == "__main__":
    main()
