#!/usr/bin/env python3
"""Kills the web server, again and again, while people register, and looks at what is left.

    tests/faults/kill.py [--quick] [--kills N] [--people N] [--seed N]

A portal of its own (SQLite, or an empty database named by DATABASE_URL) is served by gunicorn; several people at a time
register through its pages, by This is Me! and by Create New Account, while kill -9 ends a worker, or the master with all
workers, at random moments; points.py has it die at each point that has a name. Whoever got no answer sends the same form again, with the same cookies. Then must hold:

- each registration that was answered exists exactly once, and so does each that was sent again; nothing else does;
- no half of one: an account with its stated identity, its outcome, and a holding or a case, and the other way round;
- one live holding a record at most; the audit chain whole;
- each event has its one mail, and no fact of a person stands in the clear anywhere (`left.py`);
- the same form, sent again, leads home.

Prints one line for each rule and exits with 1 where one is broken.
"""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in (".", "src")]

from tests.faults.portal import WITHOUT_WAITS, Portal, ours_from_now, prepare  # noqa: E402 - the folder above is put in front first
from tests.faults.rules import rules_broken, told  # noqa: E402
from tests.faults.visitors import BEHIND_ONE_ADDRESS, MOST_PEOPLE, PATIENCE, Browser, NoAnswer, Person  # noqa: E402

ANSWERS_BETWEEN, SECONDS_BETWEEN = 25, 0.05  # at most so many, and then so long, from one kill to the next


@dataclass
class Crowd:
    """People who register, several at a time, until `enough` is set."""

    portal: Portal
    people: list[Person]
    enough: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    home: set[str] = field(default_factory=set)
    lost: int = 0
    answered: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0  # requests of anybody
    led_elsewhere: list[str] = field(default_factory=list)

    def run(self) -> None:
        """One lane: the next person, and the next."""
        while not self.enough.is_set():
            with self.lock:
                if not self.people:
                    return
                person = self.people.pop()
            self.register(person)

    def wait_for(self, answers: int) -> None:
        """Until so many more came: on a slow machine, too, something is done between two kills."""
        wanted, deadline = self.answered.total() + answers, time.monotonic() + PATIENCE
        while self.answered.total() < wanted and time.monotonic() < deadline:
            time.sleep(0.003)

    def register(self, person: Person) -> None:
        """Until she is home; once her form was sent, only ever the same form again."""
        while True:
            address = f"192.0.2.{person.number // BEHIND_ONE_ADDRESS + 1}"
            browser = Browser(self.portal.port, address=address, answered=self.answered)
            try:
                form = person.form_filled_in(browser)
            except NoAnswer:
                self.unanswered += 1
                if self.enough.is_set():
                    return  # she never sent a form
                time.sleep(0.02)
                continue
            break
        for attempt in range(400):
            try:
                status, leads_to, _page = browser.ask("POST", "/register/account", form)
            except NoAnswer:
                self.lost += attempt == 0
                self.unanswered += 1
                time.sleep(0.02 if attempt < 100 else 0.5)
                continue
            if (status, leads_to) == (302, "/home"):
                self.home.add(person.username)
            else:
                self.led_elsewhere.append(f"{person.username}: {status} {leads_to}")
            return
        self.led_elsewhere.append(f"{person.username}: no answer")


def main() -> int:
    """Serve, let people register, kill, look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="some seconds of it, for make test")
    parser.add_argument("--kills", type=int, default=3_000, help="of web processes")
    parser.add_argument(
        "--people", type=int, default=0, help="the most who register; four for each kill else"
    )
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    kills = 24 if options.quick else options.kills
    people = [Person(number) for number in range(min(options.people or 4 * kills, MOST_PEOPLE))]
    random.seed(options.seed)

    var = Path(tempfile.mkdtemp(prefix="kecs-kill-"))
    portal = Portal(var, ours_from_now(var, **WITHOUT_WAITS, KECS_TRUSTED_PROXIES="1"))
    try:
        return judged(portal, kills=kills, people=people, seed=options.seed)
    finally:
        portal.end()
        shutil.rmtree(var, ignore_errors=True)


def judged(portal: Portal, *, kills: int, people: list[Person], seed: int) -> int:
    """The whole run; its status."""
    prepare(portal, people)
    portal.start()
    portal.start_settler()
    crowd = Crowd(portal, random.sample(people, len(people)))
    lanes = [threading.Thread(target=crowd.run) for _ in range(6)]
    for lane in lanes:
        lane.start()
    began = time.monotonic()
    while portal.web_kills < kills and any(lane.is_alive() for lane in lanes):
        crowd.wait_for(random.randrange(ANSWERS_BETWEEN))
        time.sleep(random.uniform(0, SECONDS_BETWEEN))
        # The whole program comes up again after some seconds only, so that is not done each time.
        if portal.web_kills % 40 == 5:
            portal.kill_all()
            portal.start()
        else:
            portal.kill_worker()
        if portal.web_kills % 25 == 10:
            portal.kill_settler()
            portal.start_settler()
    took = time.monotonic() - began
    crowd.enough.set()
    for lane in lanes:
        lane.join()
    portal.kill_all()
    portal.kill_settler()
    broken = told(rules_broken(crowd.home, crowd.led_elsewhere))
    ways = ", ".join(f"{count} x {what}" for what, count in sorted(portal.kills.items()))
    sys.stdout.write(
        f"{len(crowd.home)} registered, {crowd.lost} of them without an answer at first; {crowd.unanswered} requests without an "
        f"answer; killed in {took:.0f} s: {ways}; seed {seed}\n"
    )
    seen = len(crowd.home) >= 5 and portal.web_kills >= kills
    return 1 if broken or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
