"""T3, T4: guessing the last four of one person, in sequence, for days, from many connections, and by accounts made in her name; and
one guess at each of many."""

import threading
from dataclasses import replace
from urllib.parse import urlencode

from benchmarks.people import Person, person
from kecs.audit.models import AuditEvent
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import Holding
from tests.attacks.browsers import FORM, Browser, post
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.portal import Portal
from tests.attacks.roads import (
    LostTheWay,
    account_form,
    put_on_file,
    search_form,
    to_account,
    token_of,
    victims,
)

SEARCH_MADE = "registration.search_made"
DECOYS = 12  # more than a day lets through
NOBODY = 5_000_000
ON_FILE_EVERY = 10  # of those that the sprayer tries
# What a search leads to: what was found, later, or, while many are tried, a mailbox first.
ANSWERS = frozenset({"/register/match", "/register/later", "/register/mailbox"})


class Guesser:
    """Guesses without being a browser for longer than one: a new session for each, so that no session is counted."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.mine = threading.local()

    def guess(self, facts: Person, last4: str, network: int) -> None:
        """One search; what it found is known from the log."""
        browser: Browser | None = getattr(self.mine, "browser", None)
        if browser is None:
            browser = self.mine.browser = self.portal.browser(network)
            self.mine.token = token_of(browser)
            self.mine.cookies = {name: value for name, value in browser.cookies.items() if name == "csrf"}
        browser.cookies = dict(self.mine.cookies)
        form = {"csrfmiddlewaretoken": self.mine.token, **search_form(facts, last4=last4)}
        address = f"10.{network >> 16 & 255}.{network >> 8 & 255}.{network & 255}"
        answer = browser.send(
            "POST",
            "/register/search",
            urlencode(form).encode(),
            {"Content-Type": FORM, "X-Forwarded-For": address},
        )
        if answer.status >= 500 or answer.leads_to not in ANSWERS:
            raise LostTheWay(f"search: {answer.status} {answer.location}")


def looked_at() -> int:
    """Searches whose answer depended on what is on file."""
    return AuditEvent.objects.filter(code=SEARCH_MADE, keys__limited=False).count()


def play(portal: Portal) -> list[Outcome]:
    """Three people on file: one is guessed at day after day, one from many connections at once, one by accounts in her name."""
    put_on_file(victims(3))
    patient, crowd, named = person(0), person(1), person(2)
    sizes = portal.sizes
    guesser = Guesser(portal)
    days = []
    wrong = [f"{digits:04}" for digits in range(1, 10_000) if f"{digits:04}" != patient.ssn[-4:]]
    each_day = sizes.guesses // sizes.days
    for day in range(sizes.days):
        before = looked_at()
        for digits in wrong[day * each_day : (day + 1) * each_day]:
            guesser.guess(patient, digits, day)
        days.append(looked_at() - before)
        portal.let_a_day_pass()
    before = looked_at()
    waiting = [f"{digits:04}" for digits in range(1, sizes.guesses) if f"{digits:04}" != crowd.ssn[-4:]]
    lock = threading.Lock()

    def come(number: int) -> None:
        while True:
            with lock:
                if not waiting:
                    return
                digits = waiting.pop()
            guesser.guess(crowd, digits, 1_000 + number)

    portal.at_once(sizes.connections, come)
    at_once = looked_at() - before
    return [
        Outcome(
            name="guess.a_day", tries=each_day * sizes.days, through=max(days), notes=[f"by day: {days}"]
        ),
        Outcome(name="guess.in_all", tries=each_day * sizes.days, through=sum(days)),
        Outcome(name="guess.at_once", tries=sizes.guesses, through=at_once),
        Outcome(name="guess.by_accounts", tries=DECOYS, through=by_accounts(portal, guesser, named)),
    ]


def by_accounts(portal: Portal, guesser: Guesser, named: Person) -> int:
    """An account with her name and a guess, by way of a search for nobody, then a search for her with the guess: how many were looked at.

    A search finds the account, or, where the guess is right, her: so it tells which, and misses nobody.
    """
    through = 0
    for number in range(DECOYS):
        last4 = f"{1 + (int(named.ssn[-4:]) + number) % 9_998:04}"
        ssn = f"90099{last4}"
        with portal.visit(4_000 + number) as browser:
            hidden = to_account(browser, replace(person(NOBODY + number), ssn=ssn), road="new")
            decoy = replace(named, number=NOBODY + number, ssn=ssn)  # number: of username and address
            token = hidden.pop("csrfmiddlewaretoken")
            form = {**hidden, **account_form(decoy, new=True)}
            answer = post(browser, "/register/account", form, token=token)
        if answer.leads_to != "/home":
            raise LostTheWay(f"the account form led to {answer.status} {answer.location}")
        before = looked_at()
        guesser.guess(named, last4, 5_000 + number)
        through += looked_at() - before
    return through


def spray(portal: Portal) -> list[Outcome]:
    """One guess at each of many, most of whom are not on file, from as many networks."""
    many = portal.sizes.sprayed
    put_on_file(each for each in victims(many) if each.number % ON_FILE_EVERY == 0)
    guesser = Guesser(portal)

    def try_one(number: int) -> None:
        guesser.guess(person(number), f"{1 + number * 7919 % 9_999:04}", number)

    portal.in_turn(many, try_one)
    found = AuditEvent.objects.filter(code=SEARCH_MADE, keys__outcome="one", keys__limited=False).count()
    above = [str(holding.pk) for holding in Holding.objects.filter(level__gt=AssuranceLevel.PROVISIONAL)]
    return [
        Outcome(name="spray.evaluated", tries=many, through=looked_at(), notes=[f"right by chance: {found}"]),
        outcome("spray.verified", many, above),
    ]
