"""T5 to T8: the bytes of every answer at every door, whoever is known behind it; benchmarks measure their time."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from allauth.account.models import EmailAddress
from django.utils import timezone

from benchmarks.people import PASSWORD, Person, person
from kecs.accounts.models import User
from kecs.records.models import Holding
from tests.attacks.browsers import MADE_UP, Answer, Browser, follow, get, post
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.portal import Portal
from tests.attacks.roads import (
    account_form,
    put_on_file,
    register,
    search_form,
    sign_in,
    to_account,
    token_of,
    victims,
)
from tests.attacks.routes import routes
from tests.inspection import lasting

NOT_TELLING = {"Content-Length", "Date", "Set-Cookie", "Expires", "Last-Modified"}
NOBODY, UNCONFIRMED, CONFIRMED, CLOSED, FROZEN = "nobody", "unconfirmed", "confirmed", "closed", "frozen"
ACCOUNTS = (UNCONFIRMED, CONFIRMED, CLOSED, FROZEN)


def told(answers: list[Answer], *typed: str) -> str:
    """All that answers tell: status, where to, headers, names of cookies, body; but for what is drawn by lot and what was typed."""
    lines = []
    for answer in answers:
        headers = sorted(f"{name}: {value}" for name, value in answer.headers if name not in NOT_TELLING)
        cookies = sorted(value.partition("=")[0] for name, value in answer.headers if name == "Set-Cookie")
        lines += [
            f"{answer.status} {answer.location}",
            *headers,
            *cookies,
            lasting(answer.text),
        ]
    whole = "\n".join(lines)
    for place, value in enumerate(typed):
        whole = whole.replace(value, f"TYPED{place}")
    return whole


class Doors:
    """The accounts behind the doors, and what each door said."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.people: dict[str, Person] = {}
        self.differ: list[str] = []
        self.tries = 0

    def fill(self) -> None:
        """One account of each kind; people on file who were found, missed, held."""
        known = victims(len(ACCOUNTS) + 4)
        put_on_file(known[: len(ACCOUNTS) + 2])
        for kind, victim in zip(ACCOUNTS, known, strict=False):
            self.people[kind] = victim.facts
            with self.portal.visit(victim.number) as browser:
                register(browser, victim.facts, username=self.login(kind), email=self.email(kind))
        self.people[NOBODY] = person(90_001)
        EmailAddress.objects.filter(email__in=[self.email(CONFIRMED), self.email(FROZEN)]).update(
            verified=True
        )
        User.objects.filter(username=self.login(CLOSED)).update(is_active=False)
        Holding.objects.filter(account__username=self.login(FROZEN)).update(
            frozen_at=timezone.now(), frozen_by="system:attacks"
        )

    @staticmethod
    def login(kind: str) -> str:
        """Of the account of this kind; all are equally long."""
        return f"{kind}".ljust(16, "x")

    def email(self, kind: str) -> str:
        """Of the account of this kind."""
        return f"{self.login(kind)}@example.org"

    def compare(self, door: str, said: Mapping[str, str]) -> None:
        """Notes who differs from the first."""
        self.tries += len(said)
        first = next(iter(said.values()))
        for kind, each in said.items():
            if each != first:
                self.differ.append(f"{door}: {kind} differs: {_first_difference(first, each)}")

    def ask(self, path: str, fields: Mapping[str, str], *typed: str, signed_in: Browser | None = None) -> str:
        """Send this form as a browser that was never here, and see where it leads."""
        browser = signed_in or self.portal.browser(70_000 + self.tries, cookies=MADE_UP)
        first = post(browser, path, fields)
        return told([first, follow(browser, first)], *typed)

    # --- The doors -----------------------------------------------------------------------------------------------

    def search(self) -> None:
        """Nothing is found: unknown, wrong digits, wrong names, limited, deceased; each looks like the other."""
        known = victims(4, first=500)
        put_on_file(known[:3])
        wrong = known[0].facts
        kinds: dict[str, tuple[Person, str]] = {
            "unknown": (known[3].facts, known[3].facts.ssn[-4:]),
            "wrong digits": (wrong, "1111"),
            "wrong birth date": (replace(wrong, birth_date=person(9_000).birth_date), wrong.ssn[-4:]),
            "limited": (known[3].facts, known[3].facts.ssn[-4:]),
            "limited, on file": (known[1].facts, known[1].facts.ssn[-4:]),
        }
        said: dict[str, str] = {}
        for kind, (facts, digits) in kinds.items():
            for miss in range(5 if kind.startswith("limited") else 0):
                self.ask("/register/search", search_form(facts, last4=f"{2000 + miss}"))
            browser = self.portal.browser(60_000 + len(said))
            first = post(
                browser, "/register/search", search_form(facts, last4=digits), token=token_of(browser)
            )
            pages = [first, get(browser, "/register/match"), get(browser, "/register/account")]
            shown = (facts.first_name, facts.last_surname, facts.birth_date.strftime("%m/%d/%Y"))
            said[kind] = told(pages, *shown, f"***-**-{digits}")
        self.compare("search", said)

    def signing_in(self) -> None:
        """A wrong password for each kind of account, by username and by address; and too often."""
        for field in (self.login, self.email):
            said = {}
            for kind in (NOBODY, *ACCOUNTS):
                said[kind] = self.ask(
                    "/", {"login": field(kind), "password": "Wrong-Otter7 lamp"}, field(kind)
                )
            said["closed, right password"] = self.ask(
                "/", {"login": field(CLOSED), "password": PASSWORD}, field(CLOSED)
            )
            self.compare(f"sign-in by {field.__name__}", said)
        said = {}
        for kind in (NOBODY, CONFIRMED, FROZEN):
            for _again in range(12):
                form = {"login": self.login(kind), "password": "Wrong-Otter7 lamp"}
                last = self.ask("/", form, self.login(kind))
            said[kind] = last
        self.compare("sign-in, too often", said)
        self.portal.forget_tries()

    def recovery(self) -> None:
        """Every form of a stranger that asks for an address, the ones of pages to come included."""
        for path in self.forms_with_an_address():
            said = {}
            for kind in (NOBODY, *ACCOUNTS):
                said[kind] = self.ask(path, {"email": self.email(kind)}, self.email(kind))
            for _flood in range(5):
                flooded = self.ask(path, {"email": self.email(CONFIRMED)}, self.email(CONFIRMED))
            said["flooded"] = flooded
            self.compare(path, said)
        self.portal.forget_tries()

    def forms_with_an_address(self) -> list[str]:
        """Of the public pages, those with one field for an address and none for a password."""
        from tests.attacks.pages import Reader

        found = set()
        with self.portal.visit(50_000) as stranger:
            for route in routes():
                page = follow(stranger, get(stranger, route.address()))
                for form in Reader(page.text, page.address).forms if page.status == 200 else []:
                    shown = [each for each in form.fields if each.kind != "hidden"]
                    if form.method == "POST" and [each.name for each in shown] == ["email"]:
                        found.add(form.action)
        return sorted(found)

    def registering(self) -> None:
        """With an address that is free, one that somebody confirmed, one that somebody gave; then resend, then change."""
        said: dict[str, str] = {}
        again: dict[str, str] = {}
        changed: dict[str, str] = {}
        emails = {
            "fresh": "fresh".ljust(16, "x") + "@example.org",
            **{kind: self.email(kind) for kind in ACCOUNTS},
        }
        for place, (kind, email) in enumerate(emails.items()):
            facts = person(80_000 + place * 10)  # all share a first name
            browser = self.portal.browser(80_000 + place)
            hidden = to_account(browser, facts, road="new")
            form = account_form(facts, new=True, username=f"newcomer{place}", email=email)
            typed = (
                email,
                f"newcomer{place}",
                facts.last_surname,
                facts.birth_date.strftime("%m/%d/%Y"),
                facts.ssn[-4:],
            )
            answer = post(
                browser, "/register/account", {**hidden, **form}, token=hidden["csrfmiddlewaretoken"]
            )
            said[kind] = told([answer, follow(browser, answer)], *typed)
            again[kind] = self.ask("/confirm-email/resend", {}, *typed, signed_in=browser)
            changed[kind] = told([get(browser, "/confirm-email/change")], *typed)
        self.compare("registration with a taken address", said)
        self.compare("resend with a taken address", again)
        self.compare("change page with a taken address", changed)
        said = {}
        browser = self.portal.browser(89_000)
        sign_in(browser, "newcomer0")
        for kind, email in emails.items():
            said[kind] = self.ask("/confirm-email/change", {"email": email}, email, signed_in=browser)
            self.portal.forget_tries()
        self.compare("change to a taken address", said)

    def links(self) -> None:
        """A link that was made up, and one of somebody else."""
        made_up = "x" * 43
        for start in ("/confirm-email/", "/not-me/"):
            real = next(
                (link for mail in self.portal.mails for link in mail.links if link.startswith(start)), ""
            )
            said = {}
            for kind, link in {"made up": start + made_up, "real": real}.items():
                browser = self.portal.browser(88_000)
                first = get(browser, link) if link else None
                if first is not None:
                    said[kind] = told([first, follow(browser, first)], link.rpartition("/")[2])
            self.compare(f"link {start}", said)


def _first_difference(one: str, other: str) -> str:
    for left, right in zip(one.splitlines(), other.splitlines(), strict=False):
        if left != right:
            return f"{left[:90]!r} / {right[:90]!r}"
    return f"{len(one.splitlines())} lines / {len(other.splitlines())} lines"


def play(portal: Portal) -> list[Outcome]:
    """All doors."""
    doors = Doors(portal)
    doors.fill()
    portal.post_mail()
    rooms: list[Callable[[], None]] = [
        doors.search,
        doors.signing_in,
        doors.recovery,
        doors.registering,
        doors.links,
    ]
    for room in rooms:
        portal.forget_tries()
        room()
    return [outcome("doors.told", doors.tries, doors.differ)]
