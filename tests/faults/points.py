#!/usr/bin/env python3
"""Kills the web process at every named point of each POST of a registration: once at each, for both roads.

    tests/faults/points.py [--quick] [--every N] [--lanes N]

A point is before and after each statement, before and after each commit, and before the answer (dying.py, which the portal
is served by here). One person for each point: she walks to the POST, its worker dies there, and she sends the same form again
and goes on, as she would. A POST is over when a person's worker no longer finds the point that it should die at. SQLite, or an empty
database named by DATABASE_URL. Then must hold what `kill.py` demands, and everybody got home. Prints what died where.
"""

import argparse
import itertools
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in (".", "src")]

from tests.faults.opening_day import Day  # noqa: E402 - the folder above is put in front first
from tests.faults.portal import WITHOUT_WAITS, Portal, ours_from_now, prepare  # noqa: E402 - the folder above is put in front first
from tests.faults.rules import rules_broken, told  # noqa: E402 - the folder above is put in front first
from tests.faults.servers import answers_broken  # noqa: E402 - the folder above is put in front first
from tests.faults.visitors import Browser, Person  # noqa: E402 - the folder above is put in front first

POSTS = ("/register/search", "/register/match", "/register/account")
MOST_POINTS = 400  # of one POST; more would be one that never ends
TRIES = 5  # where a worker died for somebody else's sake before it came to the point


class DyingPortal(Portal):
    """Its workers die where they are told to; another one is there at once, for the program is loaded before they are made."""

    program = "tests.faults.dying"


@dataclass
class DyingBrowser(Browser):
    """Of somebody in whose sight a worker dies, once."""

    dies_in: str = ""
    dies_at: str = ""
    lived: bool = False  # the request that should have had no answer had one

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, page. Raises NoAnswer."""
        if self.dies_at and (method, path) == ("POST", self.dies_in):
            self.said_once, self.dies_at = {"X-Die-At": self.dies_at}, ""
            answer = super().ask(method, path, form)
            self.lived = answer[0] != 503
            return answer
        return super().ask(method, path, form)


@dataclass
class PointsDay(Day):
    """A day on which each person has her own browser."""

    browsers: dict[int, DyingBrowser] = field(default_factory=dict)

    def browser(self, number: int = 0) -> Browser:
        """The one that was made for her."""
        return self.browsers.pop(number)


@dataclass
class Points:
    """One POST of one road after the other, point by point."""

    day: PointsDay
    died_at: Path
    people: dict[bool, Iterator[Person]]
    every: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    named: Counter[str] = field(default_factory=Counter)
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    endless: list[str] = field(default_factory=list)

    def strike(self, path: str, *, on_file: bool, point: int) -> str | None:
        """One person comes, and her worker dies at this point of this POST. The point's name, none where her worker died for somebody else; None where there is no such point."""
        with self.lock:
            person = next(self.people[on_file])
        browser = DyingBrowser(
            self.day.port,
            dies_in=path,
            dies_at=f"{point} {person.username}",
            address=f"192.0.2.{person.number % 250 + 1}",
        )
        self.day.browsers[person.number] = browser
        self.day.register(person)
        for line in self.died_at.read_text(encoding="ascii").splitlines():
            word, _space, name = line.partition(" ")
            if word == person.username:
                return name
        return None if browser.lived else ""

    def go_over(self, path: str, *, on_file: bool) -> None:
        """Every point of this POST on this road."""
        for point in range(0, MOST_POINTS, self.every):
            for _try in range(TRIES):
                name = self.strike(path, on_file=on_file, point=point)
                if name != "":
                    break
            if name is None:
                return
            with self.lock:
                self.named[name or "somewhere else"] += 1
                self.reached[path, "claim" if on_file else "new"] += 1
        self.endless.append(path)


def main() -> int:
    """Serve, go over all points, look, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="every twelfth point")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth point only")
    parser.add_argument("--lanes", type=int, default=3, help="so many at once")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    random.seed(options.seed)
    every = 12 if options.quick else options.every
    var = Path(tempfile.mkdtemp(prefix="kecs-points-"))
    died_at = var / "died_at"
    died_at.touch()
    waits = {**WITHOUT_WAITS, "KECS_TRUSTED_PROXIES": "1", "KECS_FAULTS_DIED_AT": str(died_at)}
    portal = DyingPortal(var, ours_from_now(var, **waits))
    people = [Person(number) for number in range(4_000 // every)]
    roads = {road: iter([person for person in people if person.on_file is road]) for road in (True, False)}
    try:
        prepare(portal, people)
        # Half of all searches miss here, which is what a spray looks like: what an operator does who knows better.
        words = [portal.program_named("kecs"), "strict", "off", "--minutes", "1000"]
        subprocess.run(words, env=portal.environment, check=True, capture_output=True)
        portal.start()
        portal.start_settler()
        points = Points(PointsDay(portal.port, patience=0.1), died_at, roads, every)
        work = iter(list(itertools.product(POSTS[::-1], (True, False))))

        def lane() -> None:
            for path, on_file in work:
                points.go_over(path, on_file=on_file)

        lanes = [threading.Thread(target=lane) for _one in range(options.lanes)]
        for each in lanes:
            each.start()
        for each in lanes:
            each.join()
        portal.kill_all()
        portal.kill_settler()
        day = points.day
        rules = [
            ("each POST comes to an end", points.endless),
            ("every death was at a named point", points.named["somewhere else"]),
            *answers_broken(day),
            *rules_broken(day.home, day.led_elsewhere),
        ]
    finally:
        portal.end()
        shutil.rmtree(var, ignore_errors=True)
    broken = told(rules)
    for (path, road), count in sorted(points.reached.items()):
        sys.stdout.write(f"{path} ({road}): died at {count} points\n")
    sys.stdout.write(
        f"{len(day.home)} registered, {points.named.total()} workers killed at {len(points.named)} kinds of points; "
        f"seed {options.seed}\n"
    )
    seen = all(points.reached[path, road] for path in POSTS for road in ("claim", "new"))
    return 0 if seen and not broken else 1


if __name__ == "__main__":
    sys.exit(main())
