"""At every door a stranger gets one answer, whoever the address or the name belongs to: bytes, statements, hashes, rows.

benchmarks/doors.py measures the time over HTTP.
"""

from collections import Counter

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from kecs.accounts.hashers import CheapArgon2PasswordHasher
from kecs.accounts.models import User
from kecs.audit.models import AuditEvent
from kecs.mail.models import Errand
from tests.factories.mails import mails
from tests.factories.people import MARIA, PASSWORD, Person, on_file
from tests.factories.visits import create_new, register_new, registration_key, search, this_is_me
from tests.inspection import InspectingClient, lasting
from tests.rooms.registration.test_one_time import shape

pytestmark = pytest.mark.django_db

ASKED = "maria@example.org"
RUTH = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
SIGN_IN = {"login": "maria.fuentes"}
NAMED = {"login": "maria.fuentes", "email": ASKED}


class Away(BaseEmailBackend):
    """A mail server that nobody reaches."""

    def __init__(self, *_args, **_options):
        raise ConnectionRefusedError


# --- Whose the address is ------------------------------------------------------------------------------------------


def account(**instead):
    """Maria's, with the address that is asked for."""
    made = User.objects.create(
        **({"username": "maria.fuentes", "email": ASKED, "password": make_password(PASSWORD)} | instead)
    )
    EmailAddress.objects.create(user=made, email=made.email, primary=True, verified=False)
    return made


def confirmed(**instead):
    made = account(**instead)
    EmailAddress.objects.filter(user=made).update(verified=True)
    return made


def nobody():
    """Nobody has it."""


def unconfirmed():
    """Somebody typed it."""
    account()


def in_spanish():
    """The account speaks another language than the browser."""
    confirmed(language="es")


def closed():
    """Staff closed the account."""
    confirmed(is_active=False)


def closed_unconfirmed():
    """The same, before the address was confirmed."""
    account(is_active=False)


def no_password():
    """The account cannot be signed in to by any password."""
    confirmed(password=make_password(None))


def typed_twice():
    """Two accounts typed it."""
    account()
    account(username="ruth.okafor")


def typed_after():
    """One confirmed it, another typed it."""
    confirmed()
    account(username="ruth.okafor")


STATES = [
    nobody,
    unconfirmed,
    confirmed,
    in_spanish,
    closed,
    closed_unconfirmed,
    no_password,
    typed_twice,
    typed_after,
]


# --- The doors: each returns the browser's steps, of which the last is looked at -------------------------------------


def sign_in_by(field):
    def door(browser):
        browser.get("/")
        return lambda: browser.post("/", {"login": NAMED[field], "password": "Wrong-Otter7 lamp"})

    return door


def forgot(what):
    def door(browser):
        return lambda: browser.post(f"/forgot-{what}", {"email": ASKED})

    return door


def register_on_file(browser):
    on_file(RUTH)
    page = this_is_me(browser, RUTH)
    form = {"registration": registration_key(page), **RUTH.account(email=ASKED, username="someone.new")}
    return lambda: browser.post("/register/account", form)


def register_anew(browser):
    page = create_new(browser, RUTH)
    form = {"registration": registration_key(page), **RUTH.new_account(email=ASKED, username="someone.new")}
    return lambda: browser.post("/register/account", form)


def resend(browser):
    register_new(browser, RUTH, username="someone.new")
    mine = User.objects.get(username="someone.new")
    EmailAddress.objects.filter(user=mine).update(email=ASKED)
    User.objects.filter(pk=mine.pk).update(email=ASKED)
    return lambda: browser.post("/confirm-email/resend")


def change(browser):
    register_new(browser, RUTH, username="someone.new")
    return lambda: browser.post("/confirm-email/change", {"email": ASKED})


DOORS = {
    "sign in by username": sign_in_by("login"),
    "sign in by email": sign_in_by("email"),
    "forgot password": forgot("password"),
    "forgot username": forgot("username"),
    "register, on file": register_on_file,
    "register, not on file": register_anew,
    "resend": resend,
    "change": change,
}
HASHES = {"sign in by username": 1, "sign in by email": 1, "register, on file": 1, "register, not on file": 1}


def everything_but_tokens(page):
    """Status, headers and bytes, without what is drawn at random for each answer, and the seconds that a session has left."""
    content = lasting(page.content.decode())
    cookies = {name: (len(cookie.value), cookie["max-age"]) for name, cookie in page.cookies.items()}
    by_lot = {"Expires", "X-Request-ID"}  # the time of day, and a number
    headers = {name: value for name, value in page.headers.items() if name not in by_lot}
    return page.status_code, headers, cookies, content


def rows_written(log):
    """What the request left behind: errands by kind and size, and events by code and keys, without their values."""
    errands = Counter((row.kind, len(bytes(row.facts_sealed))) for row in Errand.objects.all())
    events = [(each.code, sorted(each.keys)) for each in AuditEvent.objects.order_by("sequence")[log:]]
    return errands, events


def ask_at(door, state, monkeypatch):
    """What a stranger, and the database, see of one request."""
    state()
    browser = InspectingClient()
    last_step = DOORS[door](browser)
    Errand.objects.all().delete()
    log = AuditEvent.objects.count()
    hashed = []
    for name in ("encode", "verify"):
        real = getattr(CheapArgon2PasswordHasher, name)

        def counted(self, *args, real=real, name=name, **kwargs):
            hashed.append(name)
            return real(self, *args, **kwargs)

        monkeypatch.setattr(CheapArgon2PasswordHasher, name, counted)
    with CaptureQueriesContext(connection) as captured:
        page = last_step()
    statements = [shape(query["sql"]) for query in captured.captured_queries]  # the next request clears them
    monkeypatch.undo()
    next_page = browser.get(page.headers["Location"]) if page.status_code == 302 else page
    return {
        "page": everything_but_tokens(page),
        "next page": everything_but_tokens(next_page),
        "statements": statements,
        "hashes": len(hashed),
        "rows": rows_written(log),
    }


@pytest.fixture(autouse=True)
def _warm():
    """What a process asks once is asked."""
    search(InspectingClient(), MARIA)
    InspectingClient().get("/")


@pytest.fixture(params=["mail server up", "mail server down"])
def _mail_server(request, settings):
    if request.param.endswith("down"):
        settings.KECS_MAIL_TRANSPORT = f"{__name__}.Away"


def differences(door, states, monkeypatch):
    """What tells a state from the first of them."""
    seen = []
    for state in states:
        with transaction.atomic():
            seen.append(ask_at(door, state, monkeypatch))
            transaction.set_rollback(True)
    return [
        f"{what} of {state.__name__}"
        for state, answer in zip(states, seen, strict=True)
        for what, value in answer.items()
        if value != seen[0][what]
    ], seen[0]


@pytest.mark.usefixtures("_mail_server")
@pytest.mark.parametrize("door", DOORS)
def test_one_answer_for_everybody(door, monkeypatch):
    found, answer = differences(door, STATES, monkeypatch)
    assert found == []
    assert len(answer["statements"]) >= 4  # a count and an errand, in a transaction
    assert answer["hashes"] == HASHES.get(door, 0)
    assert answer["page"][0] == (200 if door.startswith("sign in") else 302)


@pytest.mark.parametrize("state", [nobody, confirmed], ids=lambda state: state.__name__)
@pytest.mark.parametrize("door", ["sign in by email", "forgot password", "forgot username"])
def test_the_answer_takes_one_time(door, state, settings, monkeypatch):
    slept: list[float] = []
    state()
    last_step = DOORS[door](InspectingClient())
    settings.KECS_SEARCH_TAKES_MS = 60_000
    monkeypatch.setattr("kecs.guard.pace.sleep", slept.append)
    last_step()
    [waited] = slept
    assert 30 < waited <= 60


# --- That the comparison can fail ----------------------------------------------------------------------------------


def test_a_look_up_for_known_addresses_only_would_be_noticed(monkeypatch):
    from kecs.mail.actions import queue_later

    def looks_up(*, to, **asked):
        for each in EmailAddress.objects.filter(email=to):
            AuditEvent.objects.filter(subject=f"account:{each.user_id}").exists()
        queue_later(to=to, **asked)

    with monkeypatch.context() as patched:
        patched.setattr("kecs.accounts.actions.queue_later", looks_up)
        found = differences("forgot password", [nobody, confirmed], pytest.MonkeyPatch())[0]
    assert found == ["statements of confirmed"]


def test_a_name_that_costs_no_hash_would_be_noticed(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("kecs.accounts.backend.User.set_password", lambda *_arguments: None)
        found = differences("sign in by email", [nobody, confirmed], pytest.MonkeyPatch())[0]
    assert found == ["hashes of confirmed"]


# --- What the worker makes of it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "sent"),
    [
        (nobody, []),
        (unconfirmed, ["accounts.reset_password"]),
        (confirmed, ["accounts.reset_password"]),
        (no_password, ["accounts.reset_password"]),
        (closed, []),
        (typed_twice, ["accounts.reset_password"] * 2),
        (typed_after, ["accounts.reset_password"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_mail_goes_to_those_who_have_an_account(client, state, sent):
    state()
    log = AuditEvent.objects.count()
    client.post("/forgot-password", {"email": ASKED})
    assert [(mail.kind, mail.to) for mail in mails()] == [(kind, ASKED) for kind in sent]
    by_worker = AuditEvent.objects.filter(
        code="accounts.password_reset_requested", by="system:send_mail", sequence__gt=log
    )
    assert by_worker.count() == len(sent)


def test_the_mail_speaks_the_language_of_the_account(client):
    in_spanish()
    client.post("/forgot-username", {"email": ASKED})
    [mail] = mails()
    assert mail.subject == "Su nombre de usuario"


def test_an_address_changed_before_the_mail_was_written_gets_no_link(client):
    register_new(client, MARIA)
    client.post("/confirm-email/change", {"email": "wrong@example.org"})
    client.post("/confirm-email/change", {"email": "right@example.org"})
    assert [mail.to for mail in mails()] == [MARIA.email, "right@example.org"]


def test_an_address_confirmed_before_the_mail_was_written_gets_no_link(client):
    register_new(client, MARIA)
    client.post("/confirm-email/resend")
    EmailAddress.objects.update(verified=True)
    assert len(mails()) == 1


# --- A closed account ----------------------------------------------------------------------------------------------


def test_the_right_password_of_a_closed_account_looks_like_a_wrong_one(monkeypatch):
    DOORS["right password"] = lambda browser: lambda: browser.post("/", {**SIGN_IN, "password": PASSWORD})
    DOORS["wrong password"] = lambda browser: (
        lambda: browser.post("/", {**SIGN_IN, "password": "Wrong-Otter7"})
    )
    answers = {}
    for door in ("right password", "wrong password"):
        with transaction.atomic():
            answers[door] = ask_at(door, closed, monkeypatch)
            transaction.set_rollback(True)
        del DOORS[door]
    assert answers["right password"] == answers["wrong password"]
