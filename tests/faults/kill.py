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
import http.client
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import IO
from urllib.parse import urlencode
from uuid import UUID

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.migrated import make_tables  # noqa: E402 - the folder above is put in front first
from tests.faults.left import NO_CANARY, PASSWORD, TYPED, Rules, left_behind  # noqa: E402

BIN = ROOT / ".venv" / "bin"
HOST = "127.0.0.1"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
PATIENCE = 30.0
ANSWERS_BETWEEN, SECONDS_BETWEEN = 25, 0.05  # at most so many, and then so long, from one kill to the next
MOST_PEOPLE = 17_000  # with a name of her own each
BEHIND_ONE_ADDRESS = 500  # a district on its training day


class NoAnswer(Exception):
    """The server was killed before it answered."""


@dataclass
class Browser:
    """Cookies, and the forms of the pages it gets."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    retry_after: float = 0.0  # what the last answer said
    address: str = ""  # as a proxy of ours would report it, where the portal trusts one
    answered: Counter[int] = field(
        default_factory=Counter
    )  # how often with which status; several may share one
    said_once: dict[str, str] = field(default_factory=dict)  # headers of the next request

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, page. Raises NoAnswer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if self.address:
            headers["X-Forwarded-For"] = self.address
        headers, self.said_once = headers | self.said_once, {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            raise NoAnswer from None
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.answered[answer.status] += 1
        self.retry_after = float(answer.headers.get("Retry-After") or 0)
        return answer.status, answer.headers.get("Location", ""), page


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    return found.group(1) if found else ""


@dataclass
class Person:
    """Somebody who registers; `on_file` says by which road. Most people are: so many misses more would be a spray, and strict mode its answer."""

    number: int

    def __post_init__(self) -> None:
        TYPED.add(ssn=self.ssn, born=self.born)

    @property
    def on_file(self) -> bool:
        return self.number % 5 != 0

    @property
    def first_name(self) -> str:
        # Her own, too: misses of people with one first name and one birth date are counted together.
        return "Ruth" + "".join(LETTERS[self.number // power % 26] for power in (676, 26, 1))

    @property
    def last_surname(self) -> str:
        return "Kill" + self.first_name.removeprefix("Ruth")

    @property
    def born(self) -> date:
        # Her own, for who has the birth date and the last 4 of somebody else on file is no easy case.
        return date(1950, 1, 1) + timedelta(days=self.number % 15_000)

    @property
    def birth_date(self) -> str:
        """As she types it."""
        return f"{self.born:%m/%d/%Y}"

    @property
    def ssn(self) -> str:
        return f"9{self.number % 90 + 10:02}{self.number % 89 + 10:02}{self.number % 9000 + 1000:04}"

    @property
    def username(self) -> str:
        return f"person{self.number}"

    def row(self) -> str:
        """Her line of the file of records."""
        return f"K{self.number:06},{self.first_name},{self.last_surname},{self.born},{self.ssn},file{self.number}@example.org"

    def form_filled_in(self, browser: Browser) -> dict[str, str]:
        """Walk to the account page; the form, ready to be sent. Raises NoAnswer."""
        page = browser.ask("GET", "/register/search")[2]
        asked = {"first_name": self.first_name, "last_surname": self.last_surname, "last4": self.ssn[-4:]}
        form = {**asked, "birth_date": self.birth_date, "robot": "on"}
        browser.ask(
            "POST", "/register/search", {**form, "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken")}
        )
        page = browser.ask("GET", "/register/match")[2]
        choice = "this_is_me" if self.on_file else "create_new"
        tokens = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "registration")}
        browser.ask("POST", "/register/match", {**tokens, "choice": choice})
        page = browser.ask("GET", "/register/account")[2]
        form = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "registration")}
        form |= {"username": self.username, "email": f"{self.username}@example.org"}
        form |= {"password1": PASSWORD, "password2": PASSWORD}
        if not self.on_file:
            form |= {
                "first_name": self.first_name,
                "last_surname": self.last_surname,
                "birth_date": self.birth_date,
                "ssn": self.ssn,
            }
        if not form["registration"]:
            raise NoAnswer  # a step before was not answered
        return form


# Nothing that only costs time: for faults in which hashes, the robot check and the time of an answer play no part.
WITHOUT_WAITS: Mapping[str, str] = MappingProxyType(
    {"KECS_PASSWORD_HASH_COST": "test", "KECS_ROBOT": "null", "KECS_SEARCH_TAKES_MS": "0"}
)


def environment_of(var: Path, **settings: str) -> dict[str, str]:
    """Of an installation of its own in this folder; ours becomes the same, for what we ask of its database ourselves.

    Where DATABASE_URL names none, its database stands in the folder too.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KECS_")}
    environment.setdefault("DATABASE_URL", f"sqlite:///{var / 'kecs.sqlite3'}")
    environment |= {
        "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
        "KECS_MODE": "development",
        "KECS_VAR_DIR": str(var),
        "KECS_SECRET_KEY": "for-tests-only-" + "0123456789" * 5,
        "KECS_LOG_LEVEL": "CRITICAL",
        **settings,
    }
    os.environ.clear()
    os.environ.update(environment)
    return environment


class Portal:
    """The server, which is killed and comes back."""

    comes_up_within = PATIENCE
    program = "kecs.config.wsgi"

    def __init__(self, var: Path, environment: dict[str, str]) -> None:
        self.var = var
        self.environment = {**environment, "KECS_LOG_LEVEL": "INFO"}  # what production writes is looked at
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])
        self.kills: Counter[str] = Counter()
        self.master: subprocess.Popen[bytes] | None = None
        self.settler: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """How it is served, but for the address."""
        # Loaded before the workers are made: whoever takes the place of one that was killed is there at once.
        how = ["--worker-class=gthread", "--workers=2", "--threads=8", "--preload", "--no-control-socket"]
        return [f"{self.program}:application", *how]

    def start(self) -> None:
        """Serve. Returns when it answers."""
        command = [
            str(BIN / "gunicorn"),
            *self.command(),
            f"--bind={HOST}:{self.port}",
            "--log-level=info",
        ]
        with self.log("web") as log:
            self.master = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, start_new_session=True, stdout=log, stderr=log
            )
        deadline = time.monotonic() + self.comes_up_within
        while time.monotonic() < deadline:
            try:
                Browser(self.port).ask("GET", "/healthz")
            except NoAnswer:
                time.sleep(0.05)
            else:
                return
        raise SystemExit("The server did not come up.")

    def log(self, name: str) -> IO[bytes]:
        """Where a process writes what it has to say; read in the end (left.py)."""
        (self.var / "log").mkdir(exist_ok=True)
        return (self.var / "log" / name).open("ab")

    def start_settler(self) -> None:
        """Settle new accounts beside the server."""
        with self.log("settle") as log:
            self.settler = subprocess.Popen(
                [str(BIN / "kecs"), "settle", "--loop"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def kill_settler(self) -> None:
        """kill -9, in the middle of somebody or not."""
        assert self.settler is not None
        self.settler.kill()
        self.settler.wait()
        self.kills["settler"] += 1

    def workers(self) -> list[int]:
        """Their process ids."""
        assert self.master is not None
        listed = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children").read_text(encoding="ascii")
        return [int(word) for word in listed.split()]

    def kill_worker(self) -> None:
        """kill -9 for one worker; the master makes another."""
        workers = self.workers()
        if workers:
            os.kill(random.choice(workers), signal.SIGKILL)
            self.kills["worker"] += 1

    def kill_all(self) -> None:
        """kill -9 for the master and all of its workers, as a power cut would."""
        assert self.master is not None
        os.killpg(self.master.pid, signal.SIGKILL)
        self.master.wait()
        self.kills["all"] += 1

    @property
    def web_kills(self) -> int:
        """How often a web process was killed, alone or with all others."""
        return self.kills["worker"] + self.kills["all"]

    def end(self) -> None:
        """Whatever still runs is told to end: what is being answered is answered."""
        for process in (self.settler, self.master):
            if process and process.poll() is None:
                process.terminate()
                process.wait()


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


def rules_broken(home: set[str], led_elsewhere: list[str]) -> Rules:
    """Each rule with what breaks it (nothing, if all is well); reads the database that was left."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.db.models import Count

    from kecs.accounts.models import User
    from kecs.audit.models import AuditEvent
    from kecs.audit.queries import chain_state
    from kecs.records.models import Case, Holding, StatedIdentity, WaitingIdentity
    from kecs.registration.models import RegistrationOutcome
    from kecs.registration.settling import settle_waiting

    def holders() -> set[UUID]:
        return set(Holding.objects.filter(released_at=None).values_list("account_id", flat=True))

    waiting = set(WaitingIdentity.objects.values_list("stated__account_id", flat=True))
    waits_and_holds = waiting & holders()
    settle_waiting(by="tests")

    names = Counter(User.objects.values_list("username", flat=True))
    accounts = set(User.objects.values_list("pk", flat=True))
    stated = set(StatedIdentity.objects.values_list("account_id", flat=True))
    outcomes = Counter(RegistrationOutcome.objects.values_list("account_id", flat=True))
    with_record = holders()
    with_case = set(Case.objects.exclude(account=None).values_list("account_id", flat=True))
    events = Counter(
        AuditEvent.objects.filter(code="registration.registered").values_list("subject", flat=True)
    )
    twice_held = (
        Holding.objects.filter(released_at=None).values("record").annotate(n=Count("pk")).filter(n__gt=1)
    )
    broken: list[tuple[str, object]] = [
        ("the same form, sent again, leads home", led_elsewhere),
        ("who got home exists exactly once", sorted(name for name in home if names[name] != 1)),
        ("nobody exists who did not get home", sorted(set(names) - home)),
        ("each account has its stated identity", accounts ^ stated),
        ("each account has its outcome, each outcome its account", accounts ^ set(outcomes)),
        ("no account has two outcomes", [account for account, count in outcomes.items() if count != 1]),
        ("nobody waits who has a record", waits_and_holds),
        ("each account has a record or a case once all are settled", accounts ^ (with_record | with_case)),
        ("no record has two live holdings", list(twice_held)),
        (
            "each account was recorded once",
            accounts ^ {_uuid(subject) for subject in events} or [s for s, n in events.items() if n != 1],
        ),
        ("the audit chain is whole", chain_state().broken_at),
        *left_behind(settings.KECS_VAR_DIR),
    ]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            [(verdict,)] = cursor.fetchall()
        broken.append(("the database file is whole", None if verdict == "ok" else verdict))
    return broken


def _uuid(subject: str) -> UUID:
    return UUID(subject.removeprefix("account:"))


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
    portal = Portal(var, environment_of(var, **WITHOUT_WAITS, KECS_TRUSTED_PROXIES="1"))
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


def told(rules: Rules) -> bool:
    """Each rule on a line, with what breaks it; whether any is broken. No run may leave out a look at what is left."""
    if not any(rule == NO_CANARY for rule, _what in rules):
        raise SystemExit(
            "Nobody looked for facts in the clear: left_behind() belongs to the rules of every fault."
        )
    for rule, what in rules:
        sys.stdout.write(f"{'BROKEN' if what else 'ok':7}{rule}{f': {what}' if what else ''}\n")
    return any(what for _rule, what in rules)


def prepare(portal: Portal, people: list[Person]) -> None:
    """Keys, tables, and the records of those who are on file."""
    file = portal.var / "records.csv"
    rows = [person.row() for person in people if person.on_file]
    file.write_text(
        "\n".join(["staff_unique_id,first_name,last_surname,birth_date,ssn,email", *rows]) + "\n",
        encoding="utf-8",
    )
    make_tables(portal.environment)
    for words in (["make_keyring", "--label", "development"], ["import", str(file), "--apply"]):
        done = subprocess.run(
            [str(BIN / "kecs"), *words], env=portal.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)


if __name__ == "__main__":
    sys.exit(main())
