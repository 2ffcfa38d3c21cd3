"""T20: programs that open, run and send what is in mail, before the person does. Nothing is used up, and the person succeeds."""

from collections.abc import Callable

from allauth.account.models import EmailAddress

from benchmarks.chromium import chromium_path, flags
from kecs.accounts.models import User
from kecs.records.models import Holding
from tests.attacks.browsers import Browser, follow, get, post
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.pages import Reader, filled_in
from tests.attacks.portal import Mail, Portal
from tests.attacks.roads import put_on_file, register, sign_in, victims
from tests.attacks.snapshot import changed, contents

PEOPLE = 3
NEW_PASSWORD = "Another-Otter7 lamp"
# What a machine may leave behind by opening a page: sessions, and counts of tries.
TRACES = frozenset({"django_session", "guard_limitcounter"})


def play(portal: Portal) -> list[Outcome]:
    """Four sorts of machine over every link of every mail; after each, the tables are as before but for traces."""
    known = victims(PEOPLE)
    put_on_file(known)
    for victim in known:
        with portal.visit(victim.number) as browser:
            register(
                browser,
                victim.facts,
                username=f"owner{victim.number}",
                email=f"owner{victim.number}@example.org",
            )
            post(browser, "/forgot-password", {"email": f"owner{victim.number}@example.org"})
    mails = portal.post_mail()
    links = [link for mail in mails for link in mail.links]
    acted: list[str] = []
    machines: dict[str, Callable[[Portal, list[str]], None]] = {
        "opens": opens,
        "opens and runs": opens_and_runs,
        "opens and sends without cookie": opens_and_sends,
        "opens and presses": opens_and_presses,
    }
    before = contents()
    for name, machine in machines.items():
        machine(portal, links)
        after = contents()
        acted += [
            f"a machine that {name}: {each}" for each in changed(before, after) if each.table not in TRACES
        ]
    tries = len(links) * len(machines)
    return [
        outcome("scanners.acted", tries, acted),
        outcome("scanners.in_the_way", PEOPLE * 3, people_fail(portal, mails)),
    ]


def opens(portal: Portal, links: list[str]) -> None:
    """As a gateway does, with and without following; by HEAD too."""
    for place, link in enumerate(links):
        with portal.visit(40_000 + place) as machine:
            machine.send("HEAD", link)
            follow(machine, get(machine, link))


def opens_and_sends(portal: Portal, links: list[str]) -> None:
    """Finds the forms behind a link and sends them, but keeps no cookies."""
    for place, link in enumerate(links):
        with portal.visit(41_000 + place) as machine:
            page = follow(machine, get(machine, link))
            for form in Reader(page.text, page.address).forms:
                machine.cookies.clear()
                content = {each.name: each.value for each in form.fields}
                if form.method == "POST":
                    post(machine, form.action, content, token=content.pop("csrfmiddlewaretoken", "x"))
            machine.cookies.clear()
            machine.send("POST", link, b"")


def opens_and_presses(portal: Portal, links: list[str]) -> None:
    """Keeps cookies, and presses every button behind a link; types nothing, ticks nothing."""
    for place, link in enumerate(links):
        with portal.visit(42_000 + place) as machine:
            page = follow(machine, get(machine, link))
            for form in Reader(page.text, page.address).forms:
                content = form.as_shown()
                if form.method == "POST":
                    post(machine, form.action, content, token=content.pop("csrfmiddlewaretoken", "x"))


def opens_and_runs(portal: Portal, links: list[str]) -> None:
    """A browser without a head, that runs all scripts. Only a served portal has them."""
    if portal.port is None:
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=flags())
        for link in links:
            context = chromium.new_context(base_url=f"http://127.0.0.1:{portal.port}")
            page = context.new_page()
            page.goto(link, wait_until="networkidle")
            page.wait_for_timeout(300)
            context.close()
        chromium.close()


def people_fail(portal: Portal, mails: list[Mail]) -> list[str]:
    """Each owner confirms, chooses a new password, and one on file says that it was not her. Who could not."""
    failed = []
    for number in range(PEOPLE):
        mine = [mail for mail in mails if mail.to == f"owner{number}@example.org"]
        links = [link for mail in mine for link in mail.links]
        with portal.visit(number) as browser:
            reset = next(link for link in links if link.startswith("/forgot-password/"))
            press(browser, reset, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
        with portal.visit(number) as browser:
            if sign_in(browser, f"owner{number}", NEW_PASSWORD).leads_to != "/home":
                failed.append(f"owner {number} could not choose a password")
            press(browser, next(link for link in links if link.startswith("/confirm-email/")))
        if not EmailAddress.objects.filter(user__username=f"owner{number}", verified=True).exists():
            failed.append(f"owner {number} could not confirm")
    for victim in victims(PEOPLE):
        told = [mail for mail in mails if mail.to == victim.contact_email]
        links = [link for mail in told for link in mail.links if "not-me" in link]
        with portal.visit(victim.number) as browser:
            press(browser, links[0])
        account = User.objects.get(username=f"owner{victim.number}")
        holding = Holding.objects.get(account=account)
        if holding.frozen_at is None and holding.released_at is None:
            failed.append(f"victim {victim.number} could not say that it was not her")
    return failed


def press(person: Browser, link: str, typed: dict[str, str] | None = None) -> None:
    """Open the link and press the button of the page's own form."""
    page = follow(person, get(person, link))
    forms = [form for form in Reader(page.text, page.address).forms if form.method == "POST"]
    own = [form for form in forms if not form.action.startswith(("/language", "/sign-out"))]
    for form in own[:1]:
        content = filled_in(form, typed or {})  # a person ticks the box that a machine leaves alone
        follow(person, post(person, form.action, content, token=content.get("csrfmiddlewaretoken", "")))
