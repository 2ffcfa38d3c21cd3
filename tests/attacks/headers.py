"""T23, T38, T39: requests that lie about where they were sent to, where they come from, and what they say."""

from collections.abc import Mapping
from urllib.parse import urlencode

from kecs.guard.limits import Limit
from kecs.guard.models import LimitCounter
from tests.attacks.browsers import FORM, csrf_of, multipart, post
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.portal import Portal
from tests.attacks.roads import account_form, put_on_file, register, search_form, to_account, victims
from tests.attacks.snapshot import changed, contents

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
    """Each field of each form of the front door twice: the last counts alone, wherever it stands, or nothing is written."""
    wrong: list[str] = []
    tries = 0
    [person] = victims(1, first=400)
    fields = [*account_form(person.facts, new=False), "registration", "csrfmiddlewaretoken"]
    for place, name in enumerate(fields):
        for way in ("form", "query", "parts"):
            tries += 1
            [victim] = victims(1, first=400 + tries)
            put_on_file([victim])
            with portal.visit(400 + tries) as browser:
                hidden_fields = to_account(browser, victim.facts, road="claim")
                content = {**hidden_fields, **account_form(victim.facts, new=False, username=f"twice{tries}")}
                evil = {"username": f"evil{tries}", "email": "evil@example.net"}.get(name, "Evil-value7 x")
                before = contents()
                path, headers = "/register/account", {"X-CSRFToken": content["csrfmiddlewaretoken"]}
                if way == "query":
                    path += "?" + urlencode({name: evil})
                if way == "parts":
                    body, kind = multipart(content)
                else:
                    pairs = [*([(name, evil)] if way == "form" else []), *content.items()]
                    body, kind = urlencode(pairs).encode(), FORM
                answer = browser.send("POST", path, body, {"Content-Type": kind, **headers})
            after = contents()
            new = str(
                [after[table][key] for table in after for key in after[table].keys() - before[table].keys()]
            )
            if answer.status >= 500 or evil in new:
                wrong.append(f"{name} twice ({way}): {answer.status}")
            if (
                len(
                    [
                        each
                        for each in changed(before, after)
                        if (each.table, each.column) == ("accounts_user", "+")
                    ]
                )
                > 1
            ):
                wrong.append(f"{name} twice ({way}): two accounts")
            portal.forget_tries()
            assert place >= 0
    with portal.visit(1) as browser:  # two choices, two keys
        for pair in ("choice=this_is_me&choice=create_new", "registration=a&registration=b"):
            tries += 1
            if post(browser, f"/register/match?{pair}", {}).status >= 500:
                wrong.append(pair)
    return [outcome("headers.twice", tries, wrong)]
