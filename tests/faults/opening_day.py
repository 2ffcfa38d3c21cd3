#!/usr/bin/env python3
"""Opening day: very many people register at once through several web processes, five hundred behind each address.

    scripts/postgres with --durable -- .venv/bin/python -m tests.faults.opening_day [--people N] [--minutes M] [--processes N]

People arrive at random moments of so many minutes; four of five are on file. Whoever is answered 503 waits as long as
Retry-After says and sends the same form again, with the turn that the page gave her. Meanwhile somebody opens the
first pages, four times a second. Then must hold what `kill.py` demands (each registration once, nothing half-done, one
holding a record, one mail an address, the log whole), no answer is 5xx but 503 with Retry-After, and nobody is turned
away by a limit.
Prints what it counted, and exits with 1 where a rule is broken. DATABASE_URL names an empty database.
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

from kecs.accounts.turns import FIELD
from tests.faults.left import PASSWORD, Rules
from tests.faults.portal import Portal, ours_from_now
from tests.faults.portal import prepare as prepare_portal
from tests.faults.rules import rules_broken, told
from tests.faults.visitors import BEHIND_ONE_ADDRESS, PATIENCE, Browser, NoAnswer, Person, hidden

PATIENT_FOR = 3_600.0  # seconds that anybody keeps trying
LOOKS = ("/", "/register/search")


class Served(Portal):
    """As production serves: by config/gunicorn.py."""

    comes_up_within = 3 * PATIENCE

    def command(self) -> list[str]:
        return ["-c", "python:kecs.config.gunicorn", "kecs.config.wsgi:application"]


@dataclass
class Day:
    """What is counted while people come."""

    port: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    statuses: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0
    without_form: list[str] = field(default_factory=list)  # answers of 503 that did not keep what was sent
    looks: list[float] = field(default_factory=list)  # seconds of each GET that was answered
    waits: list[float] = field(
        default_factory=list
    )  # seconds from the first page to the Home Page, of each person
    home: set[str] = field(default_factory=set)
    led_elsewhere: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)  # answers that nobody on her way should get
    patience: float = 1.0  # of what Retry-After says, so much is waited

    def browser(self, number: int = 0) -> Browser:
        """Of somebody who comes for the first time."""
        district = number // BEHIND_ONE_ADDRESS
        return Browser(self.port, address=f"192.0.2.{district + 1}")

    def ask(
        self, browser: Browser, method: str, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Until it is no 503. Raises NoAnswer."""
        gives_up = time.monotonic() + PATIENT_FOR
        while True:
            began = time.monotonic()
            try:
                status, leads_to, page = browser.ask(method, path, form)
            except NoAnswer:  # she presses again: that is what the form's key is for
                with self.lock:
                    self.statuses[0] += 1
                if time.monotonic() > gives_up:
                    raise
                time.sleep(0.02)
                continue
            took = time.monotonic() - began
            with self.lock:
                self.statuses[status] += 1
                if method == "GET" and status == 200:
                    self.looks.append(took)
                if status == 503 and not browser.retry_after:
                    self.without_retry_after += 1
                gone = [name for name in form or () if f'name="{name}"' not in page and name != FIELD]
                if status == 503 and gone:
                    self.without_form.append(f"{path}: {', '.join(gone)}")
                if status >= 400 and status != 503:
                    self.odd.append(f"{status} {method} {path}")
            if status != 503 or time.monotonic() > gives_up:
                return status, leads_to, page
            if form is not None and hidden(page, FIELD):
                form = {**form, FIELD: hidden(page, FIELD)}
            time.sleep((browser.retry_after or 1) * self.patience)

    def register(self, person: Person) -> None:
        """The whole road, patiently."""
        browser, began = self.browser(person.number), time.monotonic()
        try:
            form = self._form_of(person, browser)
            status, leads_to, _page = self.ask(browser, "POST", "/register/account", form)
            if (status, leads_to) == (302, "/home") and self.ask(browser, "GET", "/home")[0] != 200:
                leads_to = "her Home Page does not open"
        except NoAnswer:
            status, leads_to = 0, "no answer"
        with self.lock:
            if (status, leads_to) == (302, "/home"):
                self.home.add(person.username)
                self.waits.append(time.monotonic() - began)
            else:
                self.led_elsewhere.append(f"{person.username}: {status} {leads_to}")

    def _form_of(self, person: Person, browser: Browser) -> dict[str, str]:
        page = self.ask(browser, "GET", "/register/search")[2]
        facts = {
            "first_name": person.first_name,
            "last_surname": person.last_surname,
            "birth_date": person.birth_date,
        }
        token = {"csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken")}
        asked = {**token, **facts, "last4": person.ssn[-4:], "robot": "on"}
        self.ask(browser, "POST", "/register/search", asked)
        page = self.ask(browser, "GET", "/register/match")[2]
        tokens = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "registration")}
        choice = "this_is_me" if person.on_file else "create_new"
        self.ask(browser, "POST", "/register/match", {**tokens, "choice": choice})
        page = self.ask(browser, "GET", "/register/account")[2]
        form = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "registration")}
        form |= {"username": person.username, "email": f"{person.username}@example.org"}
        form |= {"password1": PASSWORD, "password2": PASSWORD}
        return form if person.on_file else {**form, **facts, "ssn": person.ssn}

    def look(self, enough: threading.Event) -> None:
        """Somebody who only opens pages."""
        while not enough.wait(0.25):
            for path in LOOKS:
                self.ask(self.browser(), "GET", path)


def come(day: Day, people: list[Person], seconds: float) -> float:
    """All of them arrive, each at a moment of hers. Seconds until the last one is done."""
    began, enough = time.monotonic(), threading.Event()
    looker = threading.Thread(target=day.look, args=(enough,))
    looker.start()
    arrivals = sorted((random.uniform(0, seconds), person.number) for person in people)
    by_number = {person.number: person for person in people}
    lanes = []
    for moment, number in arrivals:
        time.sleep(max(0.0, began + moment - time.monotonic()))
        lane = threading.Thread(target=day.register, args=(by_number[number],))
        lane.start()
        lanes.append(lane)
    for lane in lanes:
        lane.join()
    took = time.monotonic() - began
    enough.set()
    looker.join()
    return took


def at(share: float, seconds: list[float]) -> float:
    """The value that so many are below."""
    return sorted(seconds)[min(int(len(seconds) * share), len(seconds) - 1)] if seconds else 0.0


def rules_of(day: Day, people: list[Person], slowest: float) -> Rules:
    """What must hold of the answers."""
    other = sum(count for status, count in day.statuses.items() if status >= 500 and status != 503)
    return [
        ("everybody got home", len(people) - len(day.home)),
        ("no answer is 5xx but 503", other),
        ("each 503 says when to come back", day.without_retry_after),
        ("nobody is refused by a limit", day.statuses[429]),
        ("no request is left without an answer", day.statuses[0]),
        (
            f"pages open within {slowest:g} s at p99",
            "" if at(0.99, day.looks) < slowest else at(0.99, day.looks),
        ),
    ]


def said(day: Day, people: list[Person], took: float) -> str:
    """The figures, in a line."""
    return (
        f"{len(day.home)} of {len(people)} registered in {took:.0f} s ({len(day.home) / took:.1f}/s), {BEHIND_ONE_ADDRESS} behind each address; "
        f"{day.statuses[503]} answers were 503; pages p50 {at(0.5, day.looks) * 1000:.0f} ms, p99 {at(0.99, day.looks) * 1000:.0f} ms "
        f"of {len(day.looks)}; from the first page to home, median {at(0.5, day.waits):.1f} s, longest {at(1, day.waits):.1f} s"
    )


def main() -> int:
    """Serve, let them come, look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=1.0, help="within which all arrive")
    parser.add_argument("--quick", action="store_true", help="twenty people within three seconds")
    parser.add_argument("--processes", type=int, default=2, help="web processes")
    parser.add_argument(
        "--slowest", type=float, default=1.0, help="seconds that p99 of the pages must stay below"
    )
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    random.seed(options.seed)
    if options.quick:
        options.people, options.minutes = 20, 0.05
    var = Path(tempfile.mkdtemp(prefix="kecs-opening-"))
    environment = ours_from_now(
        var, KECS_ROBOT="null", KECS_TRUSTED_PROXIES="1", KECS_WEB_PROCESSES=str(options.processes)
    )
    portal = Served(var, environment)
    people: list[Person] = [Person(number) for number in range(options.people)]
    try:
        prepare_portal(portal, people)
        portal.start()
        portal.start_settler()
        day = Day(portal.port)
        took = come(day, people, options.minutes * 60)
        portal.kill_all()
        portal.kill_settler()
        rules = rules_of(day, people, options.slowest) + rules_broken(day.home, day.led_elsewhere)
    finally:
        portal.end()
        shutil.rmtree(var, ignore_errors=True)
    broken = told(rules)
    sys.stdout.write(f"{said(day, people, took)}; {options.processes} web processes; seed {options.seed}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
