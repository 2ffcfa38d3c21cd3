"""The Big List of Naughty Strings, and more of its kind, through every field of every form.

No server error, no page that breaks a rule of the house, nothing written where the form is refused, what was typed kept
and escaped, digits of an SSN and passwords never shown again. A form with four fields or more sees every string, a smaller one
every fourth; with NAUGHTY=all in the environment each field of each form sees every string, among naughty ones and among
honest ones (some ten minutes).
"""

import json
import os
import re
from functools import cache
from html import unescape
from http.cookies import SimpleCookie
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils.crypto import get_random_string

from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import (
    create_new,
    register_and_look,
    register_new,
    registration_key,
    search,
    this_is_me,
)
from tests.inspection import InspectingClient, Page
from tests.rooms.accounts.test_email import newest_link

pytestmark = pytest.mark.django_db

BLNS = Path(__file__).resolve().parents[3] / "node_modules" / "big-list-of-naughty-strings" / "blns.json"
OWN = [
    "\x00", "a\x00b", "\r\nBcc: all@example.org", "\u202eevil", "\ufeff", "\ufdfa" * 128, "e" + "\u0301" * 500, "\u0130" * 64,
    "a@" + "\u0130" * 60 + ".org", "a@" + "\u00e9" * 63 + ".org", "\U0001f469\u200d\U0001f469\u200d\U0001f466" * 20, "a" * 30_000, " " * 3_000,
    "\u2028\u2029", "%00", "%s%n{0}{{7*7}}{% debug %}${7*7}", "'; DROP TABLE accounts_user; --", "<!--", "]]>", "\ud7ff\ue000", "\u00ad" * 9,
    "99999999999999999999", "-1", "1e309", "\u0661\u0662\u0663\u0664", "\uff11\uff12\uff13\uff14", "\u00b2\u00b3\u00b9\u2074", "02/30/1985", "2/29/1900", "12/31/9999", "0/0/0000",
    "900\u201155\u20114321", "=cmd|' /C calc'!A0", "+1", "@SUM(1)", "javascript:alert(1)", "\\", '"', "''", "\x1b[31m", "\x7f", "\u0085", "a" * 128, "a" * 129,
    "xn--80ak6aa92e@example.org", '"a b"@example.org', "a@[127.0.0.1]", "a@b@example.org", f"{'a' * 64}@example.org", f"{'a' * 65}@example.org",
]  # fmt: skip
SECRET = frozenset({"last4", "ssn", "password", "password1", "password2"})
ALL = os.environ.get("NAUGHTY") == "all"
NOT_LOOKED_AT = ("django_session", "guard_", "audit_")


@cache
def strings() -> list[str]:
    if not BLNS.exists():
        pytest.fail("The list of naughty strings is not there. Run: scripts/setup --dev")
    listed = json.loads(BLNS.read_text(encoding="utf-8"))
    assert len(listed) > 400
    return list(dict.fromkeys([*listed, *OWN]))


class Writes:
    """Notes the tables that statements write to, but for those that count tries and keep sessions."""

    def __init__(self) -> None:
        self.tables: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = re.match(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', sql)
        if found and not found.group(1).startswith(NOT_LOOKED_AT):
            self.tables.append(found.group(1))
        return execute(sql, params, many, context)


def shown_in(page: str) -> dict[str, str]:
    """What the page shows in each of its fields."""
    fields = {
        control.attributes.get("name", ""): control.attributes.get("value", "")
        for control in Page(page).controls
    }
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        fields[name] = unescape(text)
    return fields


def lines(text: str) -> str:
    """With line ends as a form sends them, which no browser keeps apart."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def judge(answer: Any, sent: dict[str, str], written: list[str]) -> None:
    """Every rule for an answer to a form."""
    assert answer.status_code in {200, 302, 400, 403, 404, 429}, (answer.status_code, sent)
    if answer.status_code != 200 or "data-error-summary" not in answer.content.decode():
        return
    page = answer.content.decode()
    assert written == [], sent
    for field, shown in shown_in(page).items():
        if field in SECRET:
            assert not shown, field
        elif field in sent and field != "robot":
            assert lines(shown) == lines(sent[field]), field


# --- The forms: how a visitor gets to each, its address, and what an honest visitor sends -------------------------

RUTH = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")


def at_search(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    return "/register/search", MARIA.search()


def at_match(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    page = search(browser, MARIA)
    return "/register/match", {"registration": registration_key(page), "choice": "this_is_me"}


def at_claim(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    return "/register/account", {
        "registration": registration_key(this_is_me(browser, MARIA)),
        **MARIA.account(),
    }


def at_new(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    page = create_new(browser, RUTH)
    return "/register/account", {
        "registration": registration_key(page),
        **RUTH.new_account(username="ruth.okafor"),
    }


def at_no_ssn(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    typed = {name: RUTH.search()[name] for name in ("first_name", "last_surname", "birth_date", "robot")}
    return "/register/no-ssn", {**typed, "email": RUTH.email, "telephone": "555 0100", "message": "Hello"}


def at_sign_in(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    register_new(InspectingClient(), RUTH, username="ruth.okafor")
    return "/", {"login": "ruth.okafor", "password": "wrong", "next": "/home", "remember": "on"}


def at_forgot_password(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    return "/forgot-password", {"email": RUTH.email}


def at_forgot_username(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    return "/forgot-username", {"email": RUTH.email}


def at_change_email(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    register_new(browser, RUTH, username="ruth.okafor")
    return "/confirm-email/change", {"email": "other@example.org"}


def at_choose_password(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    register_new(InspectingClient(), RUTH, username="ruth.okafor")
    browser.post("/forgot-password", {"email": RUTH.email})
    page = browser.get(newest_link("accounts.reset_password"), follow=True)
    return page.request["PATH_INFO"], {"password1": "Quiet-Maple9 river", "password2": "Quiet-Maple9 river"}


def at_language(browser: InspectingClient) -> tuple[str, dict[str, str]]:
    return "/language/setlang/", {"language": "es", "next": "/"}


FORMS = {
    at.__name__.removeprefix("at_"): at
    for at in (
        at_search, at_match, at_claim, at_new, at_no_ssn, at_sign_in, at_forgot_password, at_forgot_username,
        at_change_email, at_choose_password, at_language,
    )
}  # fmt: skip
HIDDEN = ("altcha", "robot", "robot_stamp", "csrfmiddlewaretoken", "registration", "next")


@pytest.fixture(autouse=True)
def _without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try comes from another network and asks for another identity; the limits have tests of their own."""
    from kecs.guard import actions, queries

    def unlike(_limit: Any, _subject: str) -> bytes:
        return get_random_string(16).encode()

    monkeypatch.setattr(actions, "subject_digest", unlike)
    monkeypatch.setattr(queries, "subject_digest", unlike)


def send(browser: Client, address: str, form: dict[str, str]) -> None:
    """Post it as that browser stands now, look at the answer, and take everything back."""
    cookies, writes = browser.cookies.copy(), Writes()
    with transaction.atomic():
        with connection.execute_wrapper(writes):
            answer = browser.post(address, form)
        judge(answer, form, writes.tables)
        transaction.set_rollback(True)
    browser.cookies = SimpleCookie(cookies)


def quick(browser: InspectingClient) -> Client:
    """The same visitor without an inspection of every page."""
    plain = Client()
    plain.cookies = browser.cookies
    return plain


@pytest.mark.parametrize("name", FORMS)
def test_all_fields_at_once(client, name):
    if connection.vendor == "postgresql":
        pytest.skip("a form that is wrong in every field is refused before it reaches the database")
    on_file(MARIA)
    address, form = FORMS[name](client)
    fields = [field for field in form if field not in {"registration", "robot"}]
    browser = quick(client)
    step = 1 if ALL else max(4, len(fields))
    for number in range(list(FORMS).index(name) % step, len(strings()), step):
        naughty = {
            field: strings()[(number + 37 * place) % len(strings())] for place, field in enumerate(fields)
        }
        # Now and then the page is inspected, too: that takes as long as making it.
        send(client if number % 20 == 0 else browser, address, {**form, **naughty})


@pytest.mark.parametrize("name", FORMS)
def test_one_field_among_honest_ones(client, name):
    on_file(MARIA)
    address, form = FORMS[name](client)
    browser = quick(client)
    fields = [*form, *(hidden for hidden in HIDDEN if hidden not in form)]
    step = 1 if ALL else 6 * len(fields)
    for place, field in enumerate(fields):
        for number in range(6 * place % step, len(strings()), step):
            naughty = strings()[number]
            sent = {**form, field: naughty}
            if field == "password1":
                sent["password2"] = naughty
            send(client if number % 20 == 0 else browser, address, sent)


@pytest.mark.any_database("what it keeps is a digest")
@pytest.mark.parametrize("check", ["altcha", "turnstile"])
def test_the_robot_check_takes_any_string(client, settings, check):
    settings.KECS_ROBOT = check
    settings.KECS_ROBOT_SITE_KEY = settings.KECS_ROBOT_SECRET = "x"
    settings.KECS_ROBOT_VERIFY_URL = "http://127.0.0.1:9/nobody-listens"
    client.get("/register/search")
    for field in ("altcha", "robot_stamp", "cf-turnstile-response"):
        for naughty in strings()[::32]:
            answer = client.post("/register/search", {**MARIA.search(), field: naughty})
            assert answer.status_code == 200
            assert "data-error-summary" in answer.content.decode()


def test_names_that_are_accepted_are_shown_as_typed_and_nothing_of_them_runs(client):
    """Whatever passes as a name stands on the match page and the Home Page as text."""
    numbers = count(1)
    accepted = 0
    for naughty in strings()[:: 1 if ALL else 5]:
        browser = InspectingClient()
        person = Person(first_name="Ruth", last_surname=naughty, ssn=f"9021{next(numbers):05}")
        page = search(browser, person)
        if page.request["PATH_INFO"] != "/register/match":
            continue
        accepted += 1
        if accepted % 4 == 0:
            home = register_and_look(
                browser, person, username=f"ruth{accepted}", email=f"ruth{accepted}@example.org"
            )
            assert home.request["PATH_INFO"] == "/home", naughty
    assert accepted > 5


@pytest.mark.parametrize(
    "address",
    [
        "/confirm-email/{}", "/not-me/{}", "/forgot-password/{}/set-password", "/forgot-password/0/{}", "/{}", "/?next={}",
        "/register/search?{}={}", "/language/setlang/?next={}", "/robot/challenge?{}",
    ],
)  # fmt: skip
def test_addresses(client, address):
    browser, writes = quick(client), Writes()
    with connection.execute_wrapper(writes):
        for naughty in strings()[len(address) % 8 :: 1 if ALL else 8]:
            word = quote(naughty[:3_000], safe="")
            answer = browser.get(address.format(word, word))
            assert answer.status_code in {200, 302, 400, 403, 404}, (address, naughty)
    assert writes.tables == []


def test_links_that_were_opened_with_any_token_confirm_nothing(client):
    register_new(client, RUTH, username="ruth.okafor")
    browser, writes = quick(client), Writes()
    with connection.execute_wrapper(writes):
        for naughty in strings()[::20]:
            word = quote(naughty[:500], safe="") or "x"
            for opened, pressed in (
                ("/confirm-email/", "/confirm-email"),
                ("/not-me/", "/not-me"),
            ):
                browser.get(opened + word)
                assert browser.post(pressed).status_code in {200, 302}
    assert writes.tables == []


@pytest.mark.parametrize(
    "header", ["cookie", "accept-language", "user-agent", "referer", "host", "x-forwarded-for", "origin"]
)
def test_headers(header):
    for naughty in strings()[len(header) % 12 :: 1 if ALL else 12]:
        value = naughty[:4_000].replace("\r", "").replace("\n", "").encode().decode("latin-1")
        if header == "cookie":
            value = f"session={value}; csrf={value}; language={value}"
        for method in ("GET", "POST"):
            answer = Client().generic(method, "/register/search", headers={header: value})
            assert answer.status_code in {200, 400, 403}


@pytest.mark.any_database("a password is kept as its hash")
def test_passwords_of_all_kinds_open_what_they_were_chosen_for(client):
    """Whatever passes as a password signs in again."""
    address, form = at_new(client)
    browser, accepted = quick(client), 0
    for naughty in strings()[:: 1 if ALL else 10]:
        word = f"Aa1! {naughty} lamp otter"
        cookies = browser.cookies.copy()
        with transaction.atomic():
            answer = browser.post(address, {**form, "password1": word, "password2": word})
            if answer.status_code == 302:
                accepted += 1
                signed_in = Client().post("/", {"login": form["username"], "password": word})
                assert signed_in.status_code == 302, naughty
            transaction.set_rollback(True)
        browser.cookies = SimpleCookie(cookies)
    assert accepted > 25
