"""T21, T22, T31: after a busy day, what a thief of the database, of the logs, or of a Referer has in his hands: nothing that opens."""

import re
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator

from django.urls import resolve

from benchmarks.chromium import chromium_path, flags
from benchmarks.people import PASSWORD
from tests.attacks.browsers import MADE_UP, get, post
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.portal import Portal
from tests.attacks.roads import put_on_file, register, sign_in, to_account, to_match, victims
from tests.attacks.routes import routes
from tests.attacks.snapshot import contents

PEOPLE = 8
SECRET_SHAPED = re.compile(r"[A-Za-z0-9_:\-]{16,200}")
SHORTEST = 12  # what is shorter is no token
MOST_VALUES = 200  # of a dump that are tried as tokens, each at a dozen doors
MOST_IN_PROCESS = 30


class Day:
    """Registrations, resets, confirmations, links opened; and every secret that was in anybody's hands."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.secrets: dict[str, str] = {}
        self.links: list[str] = []

    def know(self, what: str, secret: str) -> None:
        """A secret of the day."""
        if len(secret) >= SHORTEST or what.startswith(("SSN", "birth")):
            self.secrets[secret] = what

    def pass_by(self) -> None:
        """Everything that people do."""
        known = victims(PEOPLE if self.portal.port else 3)
        put_on_file(known[::2])
        for victim in known:
            browser = self.portal.browser(victim.number)
            number, facts = victim.number, victim.facts
            register(browser, facts, road="new" if number % 2 else "claim", username=f"busy{number}")
            post(browser, "/confirm-email/resend", {})
            self.know("session", browser.cookies["session"])
            self.know("password", PASSWORD)
            self.know("SSN", facts.ssn)
            self.know("SSN", f"{facts.ssn[:3]}-{facts.ssn[3:5]}-{facts.ssn[5:]}")
            self.know("birth date", facts.birth_date.isoformat())
            self.know("birth date", facts.birth_date.strftime("%m/%d/%Y"))
            browser.close()
            with self.portal.visit(number) as forgetful:
                post(forgetful, "/forgot-password", {"email": f"thief{number}@example.org"})
                post(forgetful, "/forgot-username", {"email": f"thief{number}@example.org"})
                sign_in(forgetful, f"busy{number}")
                self.know("session", forgetful.cookies.get("session", ""))
        waiting = self.portal.browser(500)  # somebody in the middle of a registration
        [middle] = victims(1, first=500)
        put_on_file([middle])
        hidden = to_account(waiting, middle.facts, road="claim")
        self.know("key of a registration", hidden["registration"])
        self.know("session", waiting.cookies["session"])
        waiting.close()
        for mail in self.portal.post_mail():
            for link in filter(holds_token, mail.links):
                self.links.append(link)
                self.know("token in mail", link.rpartition("/")[2])
        for place, link in enumerate(self.links[: PEOPLE * 3]):
            with self.portal.visit(600 + place) as browser:
                get(browser, get(browser, link).location or "/")
                self.know("session", browser.cookies.get("session", ""))
        with self.portal.visit(700) as browser:  # mails that wait when the thief comes
            post(browser, "/forgot-password", {"email": "thief1@example.org"})
        with self.portal.visit(701) as browser:
            [late] = victims(1, first=700)
            put_on_file([late])
            to_match(browser, late.facts)


def holds_token(link: str) -> bool:
    """Whether part of the address was drawn by lot; a mail also names pages that everybody may open."""
    return bool(resolve(link.partition("?")[0]).kwargs)


def forms_of(secret: str) -> Iterator[str]:
    """As it would stand in a dump."""
    yield secret
    raw = secret.encode()
    yield raw.hex()
    for encode in (b64encode, urlsafe_b64encode):
        yield encode(raw).decode().rstrip("=")[:-1]


def dumped() -> tuple[str, list[str]]:
    """All that stands in the tables, as text; and each value for itself."""
    values: list[str] = []
    for table, rows in contents().items():
        if table.startswith(("django_content_type", "django_migrations")):
            continue
        for row in rows.values():
            for value in row.values():
                if isinstance(value, bytes):
                    values += [
                        value.hex(),
                        value.decode("latin-1"),
                        urlsafe_b64encode(value).decode().rstrip("="),
                    ]
                elif value is not None:
                    values.append(str(value))
    return "\n".join(values), values


def play(portal: Portal) -> list[Outcome]:
    """The day, then the thief."""
    day = Day(portal)
    day.pass_by()
    text, values = dumped()
    in_dump = [
        f"{what}: {form[:8]}…"
        for secret, what in day.secrets.items()
        for form in forms_of(secret)
        if form in text
    ]
    opened, tried = usable(portal, values)
    outcomes = [
        outcome("tokens.dump", len(day.secrets), in_dump),
        outcome("tokens.usable", tried, opened),
    ]
    if portal.port is not None:
        outcomes += [logs(portal, day), *referer(portal, day)]
    return outcomes


def usable(portal: Portal, values: list[str]) -> tuple[list[str], int]:
    """Each value of the dump as a session, and as the token of each link; compared with what a made-up one does."""
    keys = [str(key) for key in contents()["django_session"]]
    found = sorted({each for value in values for each in SECRET_SHAPED.findall(value)} - set(keys))
    # Thousands, most of them pieces of sealed bytes: some from everywhere, and every key of a session.
    most = MOST_VALUES if portal.port else MOST_IN_PROCESS
    found = (found[:: max(1, len(found) // most)] if most else []) + keys
    linked = [route for route in routes() if route.parts and {kind for kind, _ in route.parts} == {"str"}]
    opened: list[str] = []
    lock = threading.Lock()

    def use(place: int) -> None:
        value = found[place]
        with portal.visit(20_000 + place) as browser:
            for key in {value, value[:32]}:
                browser.cookies = {"session": key}
                if get(browser, "/home").status == 200:
                    with lock:
                        opened.append(f"session {value[:8]}…")
            for route in linked:
                browser.cookies = dict(MADE_UP)
                page = get(browser, route.address(*[value] * len(route.parts)))
                shown = get(browser, page.location).text if page.location.startswith("/") else page.text
                if 'name="password1"' in shown:
                    with lock:
                        opened.append(f"{route.pattern} with {value[:8]}…")
                for form in ("/not-me", "/corrections/not-me"):
                    if route.pattern.startswith(form.strip("/")):
                        said = post(browser, form, {})
                        if "on hold" in said.text:
                            with lock:
                                opened.append(f"{form} with {value[:8]}…")

    portal.in_turn(len(found), use)
    return opened, len(found) * (len(linked) + 1)


def logs(portal: Portal, day: Day) -> Outcome:
    """What the server and the commands wrote."""
    assert portal.folder is not None
    text = "\n".join(path.read_text(errors="replace") for path in portal.folder.glob("*.log"))
    found = [f"{what}: {secret[:6]}…" for secret, what in day.secrets.items() if secret in text]
    return outcome("tokens.logs", len(day.secrets), found)


def referer(portal: Portal, day: Day) -> list[Outcome]:
    """A real browser opens every sort of link and walks on: what it sends along, whom it asks, which address stays."""
    from playwright.sync_api import Request, sync_playwright

    site = f"http://127.0.0.1:{portal.port}"
    tokens = [link.rpartition("/")[2] for link in day.links]
    told: list[str] = []
    off_site: list[str] = []
    requests = 0

    def look(request: Request) -> None:
        nonlocal requests
        requests += 1
        if not request.url.startswith((f"{site}/", "data:", "blob:")):
            off_site.append(request.url)
        sent = request.headers.get("referer", "")
        told.extend(f"Referer of {request.url[:40]}" for token in tokens if token in sent)

    kinds = {link.split("/")[1] + link.split("/")[2][:6]: link for link in day.links}
    with portal.visit(800) as stranger:
        asked = [get(stranger, route.address()) for route in routes() if not route.parts]
    public = [each.address for each in asked if each.text]  # what has no body is no page to a browser
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=flags())
        context = chromium.new_context(base_url=site)
        context.on("request", look)
        page = context.new_page()
        for link in [*kinds.values(), *public]:
            page.goto(link, wait_until="load")
            told.extend(f"address that stays: {link[:16]}" for token in tokens if token in page.url)
            # A telephone and a mail program are no sites.
            onward = page.locator('main a[href]:not([href^="tel:"], [href^="mailto:"])').first
            if onward.count():
                onward.click()
                page.wait_for_load_state("load")
        chromium.close()
    return [outcome("tokens.referer", requests, told), outcome("tokens.off_site", requests, off_site)]
