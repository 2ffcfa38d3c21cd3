"""T23, T38, T39: requests that lie about where they were sent to, where they come from, and what they say."""

from collections.abc import Mapping
from urllib.parse import urlencode

from kecs.guard.limits import Limit
from kecs.guard.models import LimitCounter
from tests.attacks.browsers import FORM, MADE_UP, csrf_of, multipart
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.portal import Portal
from tests.attacks.roads import account_form, put_on_file, register, search_form, sign_in, to_account, victims
from tests.attacks.routes import routes
from tests.attacks.snapshot import contents

EVIL = "evil.example.net"
HOSTS: tuple[Mapping[str, str], ...] = (
    {"Host": EVIL},
    {"Host": f"127.0.0.1@{EVIL}"},
    {"Host": f"127.0.0.1.{EVIL}"},
    {"Host": f"{EVIL}:80"},
    {"Host": "127.0.0.1:8000@evil.example.net"},
    {"Host": f"127.0.0.1#{EVIL}"},
    {"Host": f"{EVIL}#127.0.0.1"},
    {"Host": f"127.0.0.1, {EVIL}"},
    {"Host": "127.0.0.1:9999"},
    {"Host": "[::1]:9999"},
    {"Host": f"[::1].{EVIL}"},
    {"Host": "LOCALHOST"},
    {"X-Forwarded-Host": EVIL},
    {"X-Host": EVIL},
    {"X-Forwarded-Server": EVIL},
    {"Forwarded": f"host={EVIL};proto=https"},
    {"X-Original-Host": EVIL},
    {"X-Original-URL": f"http://{EVIL}/"},
    {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "1"},
    {"Origin": f"http://{EVIL}", "Referer": f"http://{EVIL}/"},
)
# What a client may write itself. The proxy of the agency writes the last part of X-Forwarded-For: the browsers' own address.
FORGED: tuple[Mapping[str, str], ...] = (
    {"X-Forwarded-For": "8.8.8.8, {own}"},
    {"X-Forwarded-For": "127.0.0.1, 10.0.0.1, {own}"},
    {"X-Forwarded-For": "::1, {own}"},
    {"X-Forwarded-For": "{own}:1234"},
    {"X-Real-IP": "8.8.8.8"},
    {"True-Client-IP": "8.8.8.8"},
    {"CF-Connecting-IP": "8.8.8.8"},
    {"Client-IP": "8.8.8.8"},
    {"X-Client-IP": "8.8.8.8"},
    {"Forwarded": "for=8.8.8.8"},
)


def play(portal: Portal) -> list[Outcome]:
    """Links, networks, fields given twice."""
    [owner] = victims(1)
    put_on_file([owner])
    with portal.visit(1) as browser:
        register(browser, owner.facts, username="the.owner", email="owner@example.org")
    portal.post_mail()
    return [
        outcome("headers.links", len(HOSTS), poisoned(portal)),
        outcome("headers.networks", len(FORGED), hidden(portal)),
        *twice(portal),
    ]


def poisoned(portal: Portal) -> list[str]:
    """A new password is asked for under each Host; the mail's link leads home, or there is no mail."""
    wrong = []
    for place, host in enumerate(HOSTS):
        with portal.visit(100 + place) as browser:
            token = csrf_of(browser)
            body = urlencode({"csrfmiddlewaretoken": token, "email": "owner@example.org"}).encode()
            browser.send("POST", "/forgot-password", body, {"Content-Type": FORM, **host})
        for mail in portal.post_mail():
            text = mail.text.lower()
            if EVIL in text or "https://" in text or "http://127.0.0.1:8000/" not in text:
                wrong.append(f"{host}: {mail.subject}")
        portal.forget_tries()
    return wrong


def hidden(portal: Portal) -> list[str]:
    """A search with each header counts for the network that it comes from."""
    own = "10.9.9.9"
    browser = portal.browser(0x090909)
    if portal.port is None:  # called without a proxy: no header counts at all
        own = "10.9.9.9"
    wrong = []
    for place, forged in enumerate(FORGED):
        portal.forget_tries()
        token = csrf_of(browser)
        for headers in ({}, {name: value.replace("{own}", own) for name, value in forged.items()}):
            browser.cookies.pop("session", None)
            [facts] = [each.facts for each in victims(1, first=300 + place)]
            body = urlencode({"csrfmiddlewaretoken": token, **search_form(facts)}).encode()
            browser.send("POST", "/register/search", body, {"Content-Type": FORM, **headers})
        counts = LimitCounter.objects.filter(limit=Limit.SEARCHES_PER_NETWORK)
        if [each.count for each in counts] != [2]:
            wrong.append(f"{dict(forged)}: {[each.count for each in counts]}")
    browser.close()
    portal.forget_tries()
    return wrong


def twice(portal: Portal) -> list[Outcome]:
    """A form with a field in it twice is refused at every address; and at the front door it writes nothing, wherever it stands."""
    wrong, tries = at_every_address(portal)
    [person] = victims(1, first=400)
    for name in (*account_form(person.facts, new=False), "registration", "csrfmiddlewaretoken"):
        for way in ("form", "query"):
            tries += 1
            wrong += at_the_front_door(portal, name, way, tries)
            portal.forget_tries()
    return [outcome("headers.twice", tries, wrong)]


def at_every_address(portal: Portal) -> tuple[list[str], int]:
    """As a stranger and as an educator, in both ways of writing a form: 400, whatever the page would have said."""
    wrong, tries = [], 0
    pairs = [
        ("csrfmiddlewaretoken", MADE_UP["csrf"]),
        ("once", "1"),
        ("choice", "this_is_me"),
        ("choice", "create_new"),
    ]
    for login in ("", "the.owner"):
        browser = portal.browser(1, cookies=MADE_UP)
        if login:
            sign_in(browser, login)
            pairs[0] = ("csrfmiddlewaretoken", browser.cookies["csrf"])
        for route in routes():
            for body, kind in ((urlencode(pairs).encode(), FORM), multipart(pairs)):
                tries += 1
                answer = browser.send("POST", route.address(), body, {"Content-Type": kind})
                if answer.status != 400:
                    wrong.append(f"{login or 'stranger'} at {route.pattern} ({kind[:9]}): {answer.status}")
        browser.close()
    return wrong, tries


def at_the_front_door(portal: Portal, name: str, way: str, number: int) -> list[str]:
    """The account form, in order but for one field that comes twice: in the form, or in the address as well."""
    wrong = []
    [victim] = victims(1, first=400 + number)
    put_on_file([victim])
    with portal.visit(400 + number) as browser:
        hidden_fields = to_account(browser, victim.facts, road="claim")
        content = {**hidden_fields, **account_form(victim.facts, new=False, username=f"twice{number}")}
        evil = {"username": f"evil{number}", "email": "evil@example.net"}.get(name, "Evil-value7 x")
        before = contents()
        query = "?" + urlencode({name: evil}) if way == "query" else ""
        pairs = [*([(name, evil)] if way == "form" else []), *content.items()]
        headers = {"Content-Type": FORM, "X-CSRFToken": content["csrfmiddlewaretoken"]}
        answer = browser.send("POST", f"/register/account{query}", urlencode(pairs).encode(), headers)
    after = contents()
    born = {table: after[table].keys() - before[table].keys() for table in after}
    new = str([after[table][key] for table in after for key in born[table]])
    if answer.status >= 500 or evil in new:
        wrong.append(f"{name} twice ({way}): {answer.status}")
    if way == "form" and (answer.status != 400 or any(born.values())):
        wrong.append(
            f"{name} twice in the form: {answer.status}, {sorted(each for each in born if born[each])}"
        )
    return wrong
