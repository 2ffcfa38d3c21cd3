"""T1, T2: thieves with name, birth date and full SSN register, look where something could be seen, use every mail they get.

The first three, one a road, open every page and press every button, before and after their mail. The others look at home,
record, proof and account, and press the buttons of the proof. Everything that comes back to any of them is searched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from benchmarks.people import PASSWORD, Person, person
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import Holding
from tests.attacks.browsers import MADE_UP, Answer, Browser, follow, get, multipart, post
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.pages import Form, Reader, filled_in
from tests.attacks.portal import Mail, Portal
from tests.attacks.roads import Victim, put_on_file, record_of, register, sign_in, victims
from tests.attacks.routes import ENDS_THE_SESSION, Route, routes

ROADS = ("claim", "new", "other name")
ELSEWHERE = 7_000_000
WANDERS = len(ROADS)  # so many go everywhere, which takes each of them minutes
AT_A_TIME = 500
MOST_OPENED = 120  # pages that a thief who goes everywhere opens before he follows no more links
# Where those look who do not go everywhere: what is hers would stand here.
LOOKED_AT = ("home", "record", "confirm-it-is-you", "account", "account/emails")
PROOF = "/confirm-it-is-you"


@dataclass(kw_only=True)
class Watching:
    """A thief's browser that searches everything that comes back, headers included, for what is the victim's."""

    browser: Browser
    victim: Victim
    seen: list[str] = field(default_factory=list)

    @property
    def cookies(self) -> dict[str, str]:
        """Those of the browser."""
        return self.browser.cookies

    @cookies.setter
    def cookies(self, cookies: dict[str, str]) -> None:
        self.browser.cookies = cookies

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request."""
        answer = self.browser.send(method, path, body, headers)
        text = answer.text + "".join(f"{name}: {value}\n" for name, value in answer.headers)
        self.seen += [f"{method} {path[:30]}: {canary}" for canary in self.victim.seen_in(text)]
        return answer

    def close(self) -> None:
        """Hang up."""
        self.browser.close()


class Thieves:
    """Each with one victim, on one of the roads; and what each has seen."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.known = victims(portal.sizes.hijacks)
        put_on_file(self.known)
        self.private = behind_sign_in(portal)
        self.ids = {each.number: str(record_of(each).pk) for each in self.known if wanders(each.number)}
        self.seen: dict[int, list[str]] = {each.number: [] for each in self.known}
        self.cookies: dict[int, dict[str, str]] = {}
        self.letters: dict[str, list[Mail]] = {}

    def steal(self, number: int) -> None:
        """Registers as her, and looks."""
        victim = self.known[number]
        with self.portal.visit(number) as browser:
            browser.cookies.update(MADE_UP)
            thief = Watching(browser=browser, victim=victim, seen=self.seen[number])
            register(thief, as_told(victim, number), road="new" if number % len(ROADS) else "claim")
            self.look(thief, routes())
            self.cookies[number] = dict(browser.cookies)

    def use_mail(self, number: int) -> None:
        """He has a mailbox, only not hers: what comes there is opened and its buttons pressed, then he looks again."""
        mails = self.letters.get(f"thief{number}@example.org", [])
        with self.portal.visit(number) as browser:
            browser.cookies.update(self.cookies[number])
            thief = Watching(browser=browser, victim=self.known[number], seen=self.seen[number])
            # He does not press "this wasn't me": that would end his own claim.
            links = [link for mail in mails for link in mail.links if "not-me" not in link]
            for link in sorted(links, key=lambda link: not link.startswith("/confirm-email/")):
                if get(thief, "/home").status != 200:  # a new password ended his session
                    sign_in(thief, f"thief{number}")
                use(thief, link)
            self.look(thief, self.private)

    def look(self, thief: Watching, everywhere: list[Route]) -> None:
        """Everywhere, or where something of hers would stand."""
        number = thief.victim.number
        if wanders(number):
            return look_everywhere(thief, everywhere, self.ids[number])
        table = [route for route in self.private if route.pattern in LOOKED_AT]
        return look_everywhere(thief, table, "", only=PROOF)

    def open_mail(self) -> None:
        """What came to each thief; searched as well."""
        self.letters = {}
        for mail in self.portal.post_mail():
            self.letters.setdefault(mail.to, []).append(mail)
        for victim in self.known:
            for mail in self.letters.get(f"thief{victim.number}@example.org", []):
                found = victim.seen_in(mail.text + mail.subject)
                self.seen[victim.number] += [f"mail “{mail.subject}”: {each}" for each in found]


def wanders(number: int) -> bool:
    """Whether this thief goes everywhere."""
    return number < WANDERS


def play(portal: Portal) -> list[Outcome]:
    """Some hundreds steal, then open their mail, and what comes after that is searched too; then the next come."""
    thieves = Thieves(portal)
    many = len(thieves.known)
    for first in range(0, many, AT_A_TIME):
        portal.forget_tries()  # so many people not found would have everybody asked for a code from a mailbox
        numbers = range(first, min(first + AT_A_TIME, many))
        portal.each(numbers, thieves.steal)
        thieves.open_mail()
        portal.each(numbers, thieves.use_mail)
        thieves.open_mail()
    verified = [
        f"{holding.account_id} at {holding.level}"
        for holding in Holding.objects.filter(level__gte=AssuranceLevel.VERIFIED)
    ]
    told = [f"thief {number}: {lines[0]}" for number, lines in thieves.seen.items() if lines]
    seen = outcome("hijack.seen", many, told)
    seen.notes.append(f"{len(thieves.ids)} of {many} opened every page and pressed every button")
    return [seen, outcome("hijack.verified", many, verified)]


def as_told(victim: Victim, number: int) -> Person:
    """Her facts; on the third road under another surname."""
    if ROADS[number % len(ROADS)] != "other name":
        return victim.facts
    return replace(victim.facts, last_surname=person(number + ELSEWHERE).last_surname)


def behind_sign_in(portal: Portal) -> list[Route]:
    """The routes at which a stranger is sent away."""
    with portal.visit(999) as stranger:
        return [
            route
            for route in routes()
            if get(stranger, route.address()).status != 200 and not route.pattern.startswith("register")
        ]


def look_everywhere(thief: Watching, table: list[Route], record_id: str, *, only: str = "") -> None:
    """Open every page and what it leads to, send every form on them; or with `only`, these pages and the forms that go there."""
    forms: dict[tuple[str, tuple[str, ...]], Form] = {}
    waiting = [route.address(*([record_id] * 4 if record_id else [])) for route in table]
    opened: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in opened or path.strip("/").startswith(ENDS_THE_SESSION):
            continue
        opened.add(path)
        page = follow(thief, get(thief, path))
        if "text/html" not in dict(page.headers).get("Content-Type", ""):
            continue
        # Only a form that goes there is wanted; one that names no address goes to its own page.
        if only and only not in page.text and not page.address.startswith(only):
            continue
        reader = Reader(page.text, page.address)
        if len(opened) < MOST_OPENED and not only:
            waiting += [link for link in reader.links if not link.startswith("/static/")]
        for form in reader.forms:
            if form.action.startswith(only):
                forms.setdefault((form.action, tuple(each.name for each in form.fields)), form)
    for form in forms.values():
        if form.method == "POST" and not form.action.strip("/").startswith(ENDS_THE_SESSION):
            send(thief, form)


def send(thief: Watching, form: Form) -> None:
    """The form with what the thief knows, each of its buttons pressed, the last answer followed."""
    facts = thief.victim.facts
    typed = {
        "email": f"thief{facts.number}@example.org",
        "password": PASSWORD,
        "password1": PASSWORD,
        "password2": PASSWORD,
        "login": f"thief{facts.number}",
        "first_name": facts.first_name,
        "last_surname": facts.last_surname,
        "birth_date": facts.birth_date.strftime("%m/%d/%Y"),
        "ssn": facts.ssn,
        "last4": facts.ssn[-4:],
    }
    content = filled_in(form, typed)
    pressed = [{each.name: each.value} for each in form.buttons if each.name] or [{}]
    file = next((each.name for each in form.fields if each.kind == "file"), "")
    for button in pressed:
        if form.is_multipart:
            body, kind = multipart({**content, **button}, file_of=file)
            answer = thief.send("POST", form.action, body, {"Content-Type": kind})
        else:
            answer = post(
                thief, form.action, {**content, **button}, token=content.get("csrfmiddlewaretoken", "")
            )
    follow(thief, answer)


def use(thief: Watching, link: str) -> None:
    """Open a link of a mail and press what is there."""
    page = follow(thief, get(thief, link))
    for form in Reader(page.text, page.address).forms:
        if form.method == "POST" and not form.action.strip("/").startswith(ENDS_THE_SESSION):
            send(thief, form)
