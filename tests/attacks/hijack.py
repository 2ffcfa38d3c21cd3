"""T1, T2: thieves with name, birth date and full SSN register, open every page, post every form, use every mail they get."""

from dataclasses import replace

from benchmarks.people import PASSWORD, Person, person
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import Holding
from tests.attacks.browsers import Answer, Browser, follow, get, multipart, post
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.pages import Form, Reader, filled_in
from tests.attacks.portal import Mail, Portal
from tests.attacks.roads import Victim, put_on_file, record_of, register, sign_in, victims
from tests.attacks.routes import ENDS_THE_SESSION, Route, routes

ROADS = ("claim", "new", "other name")
ELSEWHERE = 7_000_000
ALL_PAGES_EVERY = 50  # the pages that anybody may open are the same for each thief


def play(portal: Portal) -> list[Outcome]:
    """Each thief has one victim, and takes one of the roads."""
    known = victims(portal.sizes.hijacks)
    put_on_file(known)
    ids = {each.number: str(record_of(each).pk) for each in known[::ALL_PAGES_EVERY]}
    private = behind_sign_in(portal)
    seen: dict[int, list[str]] = {each.number: [] for each in known}
    cookies: dict[int, dict[str, str]] = {}

    def steal(number: int) -> None:
        victim = known[number]
        with portal.visit(number) as browser:
            register(browser, as_told(victim, number), road="new" if number % len(ROADS) else "claim")
            table = routes() if number % ALL_PAGES_EVERY == 0 else private
            seen[number] += look_everywhere(browser, victim, table, ids.get(number, ""))
            cookies[number] = dict(browser.cookies)

    portal.in_turn(len(known), steal)
    letters: dict[str, list[Mail]] = {}
    for mail in portal.post_mail():
        letters.setdefault(mail.to, []).append(mail)

    def use_mail(number: int) -> None:
        """He has a mailbox, only not hers: what comes there is opened and its buttons pressed, then he looks again."""
        victim, mails = known[number], letters.get(f"thief{number}@example.org", [])
        for mail in mails:
            seen[number] += [
                f"mail “{mail.subject}”: {each}" for each in victim.seen_in(mail.text + mail.subject)
            ]
        with portal.visit(number) as browser:
            browser.cookies.update(cookies[number])
            # He does not press "this wasn't me": that would end his own claim.
            links = [link for mail in mails for link in mail.links if "not-me" not in link]
            for link in sorted(links, key=lambda link: not link.startswith("/confirm-email/")):
                if get(browser, "/home").status != 200:  # a new password ended his session
                    sign_in(browser, f"thief{number}")
                seen[number] += use(browser, victim, link)
            seen[number] += look_everywhere(browser, victim, private, "")

    portal.in_turn(len(known), use_mail)
    verified = [
        f"{holding.account_id} at {holding.level}"
        for holding in Holding.objects.filter(level__gte=AssuranceLevel.VERIFIED)
    ]
    told = [f"thief {number}: {lines[0]}" for number, lines in seen.items() if lines]
    return [outcome("hijack.seen", len(known), told), outcome("hijack.verified", len(known), verified)]


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


def look_everywhere(browser: Browser, victim: Victim, table: list[Route], record_id: str) -> list[str]:
    """Open every page and what it leads to, send every form on them: where a canary sang."""
    seen: list[str] = []
    forms: dict[tuple[str, tuple[str, ...]], Form] = {}
    waiting = [route.address(*([record_id] * 4 if record_id else [])) for route in table]
    opened: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in opened or path.strip("/").startswith(ENDS_THE_SESSION):
            continue
        opened.add(path)
        page = follow(browser, get(browser, path))
        seen += noted(victim, page, f"GET {path}")
        if "text/html" not in dict(page.headers).get("Content-Type", ""):
            continue
        reader = Reader(page.text, page.address)
        if len(opened) < 120:
            waiting += [link for link in reader.links if not link.startswith("/static/")]
        for form in reader.forms:
            forms.setdefault((form.action, tuple(each.name for each in form.fields)), form)
    for form in forms.values():
        if form.method == "POST" and not form.action.strip("/").startswith(ENDS_THE_SESSION):
            seen += noted(victim, send(browser, victim, form), f"POST {form.action}")
    return seen


def send(browser: Browser, victim: Victim, form: Form) -> Answer:
    """The form with what the thief knows, each of its buttons pressed, the last answer followed."""
    facts = victim.facts
    typed = {
        "email": f"thief{victim.number}@example.org",
        "password": PASSWORD,
        "password1": PASSWORD,
        "password2": PASSWORD,
        "login": f"thief{victim.number}",
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
            answer = browser.send("POST", form.action, body, {"Content-Type": kind})
        else:
            answer = post(
                browser, form.action, {**content, **button}, token=content.get("csrfmiddlewaretoken", "")
            )
    return follow(browser, answer)


def use(browser: Browser, victim: Victim, link: str) -> list[str]:
    """Open a link of a mail and press what is there."""
    page = follow(browser, get(browser, link))
    seen = noted(victim, page, f"link {link[:20]}")
    for form in Reader(page.text, page.address).forms:
        if form.method == "POST" and not form.action.strip("/").startswith(ENDS_THE_SESSION):
            seen += noted(victim, send(browser, victim, form), f"POST {form.action}")
    return seen


def noted(victim: Victim, page: Answer, where: str) -> list[str]:
    """What sang there, in the page or in its headers."""
    text = page.text + "".join(f"{name}: {value}\n" for name, value in page.headers)
    return [f"{where}: {canary}" for canary in victim.seen_in(text)]
