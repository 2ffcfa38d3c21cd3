"""T13 to T15: eight at the same moment for one record, one username, one confirmed address, one form: one winner, no error, no orphan."""

import threading

from allauth.account.models import EmailAddress

from kecs.accounts.models import EmailConfirmation, User
from kecs.records.models import Holding, StatedIdentity
from kecs.registration.models import RegistrationOutcome
from tests.attacks.browsers import MADE_UP, Answer, Browser, get, post
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.portal import Portal
from tests.attacks.roads import (
    LostTheWay,
    Victim,
    account_form,
    put_on_file,
    record_of,
    register,
    to_account,
    victims,
)

CONTESTS = ("record", "username", "address", "form")


class Race:
    """Rounds of one portal, and what went wrong in them."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.racers = portal.sizes.racers
        self.wrong: list[str] = []
        self.errors: list[str] = []
        self.lock = threading.Lock()

    def start(
        self, what: str, browsers: list[Browser], forms: list[dict[str, str]], path: str
    ) -> list[Answer]:
        """All forms at the same moment; notes errors."""
        answers: list[Answer] = []

        def send(number: int) -> None:
            form = dict(forms[number])
            answer = post(browsers[number], path, form, token=form.pop("csrfmiddlewaretoken"))
            with self.lock:
                answers.append(answer)
                if answer.status >= 500:
                    self.errors.append(f"{what}: {answer.status}")

        self.portal.at_once(len(forms), send)
        return answers

    def want_one(self, what: str, winners: int) -> None:
        """Note a round that has not exactly one."""
        if winners != 1:
            self.wrong.append(f"{what}: {winners} winners")

    def browsers(self, many: int | None = None) -> list[Browser]:
        """A fresh one for each racer."""
        return [self.portal.browser(number, cookies=MADE_UP) for number in range(many or self.racers)]

    def before_the_form(
        self, browsers: list[Browser], people: list[Victim], usernames: list[str]
    ) -> list[dict[str, str]]:
        """Each on her own way to the account form, which is returned filled in and not sent; a few at a time."""
        forms: list[dict[str, str]] = [{} for _each in browsers]

        def go(number: int) -> None:
            facts = people[number].facts
            hidden = to_account(browsers[number], facts, road="claim", look=False)
            forms[number] = hidden | account_form(facts, new=False, username=usernames[number])

        self.portal.each(range(len(browsers)), go)
        return forms

    # --- The contests --------------------------------------------------------------------------------------------

    def record(self, place: int) -> None:
        """All claim one record under names of their own."""
        [victim] = victims(1, first=place)
        put_on_file([victim])
        browsers = self.browsers()
        forms = self.before_the_form(
            browsers, [victim] * self.racers, [f"racer{place}x{number}" for number in range(self.racers)]
        )
        self.start(f"record {place}", browsers, forms, "/register/account")
        self.want_one(f"record {place}", Holding.objects.filter(record=record_of(victim)).count())
        self.want_one(
            f"account of record {place}", User.objects.filter(username__startswith=f"racer{place}x").count()
        )
        self.hang_up(browsers)

    def username(self, place: int) -> None:
        """All claim records of their own under one name, in different cases."""
        people = victims(self.racers, first=place)
        put_on_file(people)
        browsers = self.browsers()
        names = [f"racer{place}", f"Racer{place}", f"RACER{place}", f"rAcer{place}"]
        names = [names[number % len(names)] for number in range(self.racers)]
        forms = self.before_the_form(browsers, people, names)
        self.start(f"username {place}", browsers, forms, "/register/account")
        self.want_one(f"username {place}", User.objects.filter(username__iexact=f"racer{place}").count())
        self.hang_up(browsers)

    def address(self, place: int) -> None:
        """All have a link to the same mailbox, and press its button."""
        people = victims(self.racers, first=place)
        put_on_file(people)
        browsers, shared = self.browsers(), f"shared{place}@example.org"
        for browser, victim in zip(browsers, people, strict=True):
            register(browser, victim.facts, username=f"sharer{victim.number}", email=shared, look=False)
            self.portal.forget_tries()  # three mails an hour to one mailbox are enough for people
        mails = [mail for mail in self.portal.post_mail() if mail.to == shared]
        links = [link for mail in mails for link in mail.links if link.startswith("/confirm-email/")]
        if len(links) != self.racers:
            raise LostTheWay(f"{len(links)} links for {self.racers} accounts of one address")
        for browser, link in zip(browsers, links, strict=True):
            get(browser, link)
        forms = [{"csrfmiddlewaretoken": browser.cookies["csrf"]} for browser in browsers]
        self.start(f"address {place}", browsers, forms, "/confirm-email")
        self.want_one(f"address {place}", EmailAddress.objects.filter(email=shared, verified=True).count())
        self.hang_up(browsers)

    def form(self, place: int) -> None:
        """One browser, one form, sent eight times."""
        [victim] = victims(1, first=place)
        put_on_file([victim])
        first = self.portal.browser(place)
        form = to_account(first, victim.facts, road="claim") | account_form(
            victim.facts, new=False, username=f"double{place}"
        )
        copies = [self.portal.browser(place, cookies=dict(first.cookies)) for _ in range(self.racers)]
        answers = self.start(f"form {place}", copies, [form] * self.racers, "/register/account")
        self.want_one(f"form {place}", User.objects.filter(username=f"double{place}").count())
        elsewhere = [f"{each.status} {each.location}" for each in answers if each.leads_to != "/home"]
        if elsewhere:
            self.wrong.append(f"form {place}: not all copies were led home: {elsewhere}")
        self.hang_up([first, *copies])

    @staticmethod
    def hang_up(browsers: list[Browser]) -> None:
        """The round is over."""
        for browser in browsers:
            browser.close()


def orphans() -> list[str]:
    """Accounts without what was to be made with them, in the same transaction."""
    found = []
    for account in User.objects.all():
        if not EmailAddress.objects.filter(user=account).exists():
            found.append(f"{account.username}: no address")
        if not StatedIdentity.objects.filter(account=account).exists():
            found.append(f"{account.username}: nothing stated")
        if not Holding.objects.filter(account=account).exists():
            found.append(f"{account.username}: holds nothing")
    outcomes = RegistrationOutcome.objects.exclude(account_id__in=User.objects.values("pk"))
    found += [f"outcome of {each.account_id}: no account" for each in outcomes]
    confirmations = EmailConfirmation.objects.exclude(email__in=EmailAddress.objects.values("email"))
    found += [f"confirmation of {each.account_id}: no address" for each in confirmations]
    return found


def play(portal: Portal) -> list[Outcome]:
    """Rounds of each contest, one after the other."""
    race = Race(portal)
    rounds = portal.sizes.rounds
    for contest in CONTESTS:
        for number in range(rounds):
            place = (CONTESTS.index(contest) * rounds + number) * race.racers
            getattr(race, contest)(place)
            portal.forget_tries()
    lost = orphans()
    tries = rounds * len(CONTESTS)
    return [
        outcome("race.winners", tries, race.wrong),
        outcome("race.errors", tries * race.racers, race.errors),
        outcome("race.orphans", User.objects.count(), lost),
    ]
