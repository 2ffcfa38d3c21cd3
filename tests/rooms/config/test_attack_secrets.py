"""A canary's SSN, birth date, address, password and tokens turn up in no log, audit row, session, URL, outbox or error page."""

import io
import logging
import re
import urllib.parse
from base64 import b64decode
from datetime import date

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from kecs.audit.models import AuditEvent
from kecs.config.logs import JsonLines
from tests.factories.people import Person, on_file
from tests.factories.visits import (
    claim,
    register_and_look,
    register_new,
    registration_key,
    search,
    this_is_me,
)
from tests.inspection import InspectingClient
from tests.rooms.accounts.test_email import newest_link

pytestmark = pytest.mark.django_db

CANARY = Person(
    first_name="Quetzalli",
    last_surname="Vaxjomarina",
    birth_date=date(1979, 3, 28),
    ssn="913847261",
    email="quetzalli.canary@example.org",
)
PASSWORD = "Zephyr-Quokka8 marble"
SECRETS = {
    "SSN": "913847261",
    "SSN with hyphens": "913-84-7261",
    "first digits": "91384",
    "last 4": "7261",
    "birth date": "1979-03-28",
    "birth date as typed": "03/28/1979",
    "birth date as seven digits": "03281979",
    "address": "quetzalli.canary",
    "password": "Zephyr-Quokka8",
    "first name": "Quetzalli",
    "last name": "Vaxjomarina",
}


def forms_of(secret):
    """The secret as it may be written."""
    encoded = secret.encode()
    return {
        secret,
        secret.upper(),
        secret.lower(),
        encoded.hex(),
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
    }


SHORT = frozenset({"last 4", "first digits"})
# Four digits turn up by chance in ids, in the hexadecimal of digests and of the number that a page of failure
# gives, and behind the point of a moment or a duration.
BY_CHANCE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|[0-9a-f]{16,}"
    r"|(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{8,}(?![0-9a-z])"
    r"|\d\d:\d\d:\d\d\.\d+"
    r"|(?<![\w.])\d+\.\d{3,}(?!\w)"
)


def found_in(text, secrets=SECRETS, *, but=()):
    """The names of the secrets that the text holds. Only the short ones could stand there by chance."""
    plain = BY_CHANCE.sub("", text)
    return {
        name
        for name, secret in secrets.items()
        if name not in but and any(form in (plain if name in SHORT else text) for form in forms_of(secret))
    }


@pytest.mark.any_database("what is looked for")
@pytest.mark.parametrize(("name", "secret"), SECRETS.items())
def test_each_form_of_a_secret_is_found(name, secret):
    for form in forms_of(secret):
        assert name in found_in(f'{{"event": "x {form} y"}}'), form


class Recorder(logging.Handler):
    """Everything that is logged at any level, as the portal's own formatter writes it."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = io.StringIO()
        self.setFormatter(JsonLines())

    def emit(self, record):
        self.lines.write(self.format(record) + "\n")


@pytest.fixture
def log():
    """The log, with nothing held back."""
    recorder, root = Recorder(), logging.getLogger()
    levels = {
        logger: logger.level
        for logger in [root, *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    }
    root.addHandler(recorder)
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    yield recorder.lines
    root.removeHandler(recorder)
    for logger, level in levels.items():
        logger.setLevel(level)


def whole_visit(addresses=None):
    """All that the canary can do, right and wrong; the addresses and messages of the pages she sees are collected."""
    browser = InspectingClient()
    on_file(CANARY, contact_email="on.file@example.org")
    pages = [
        search(browser, CANARY, last4="1111"),
        search(browser, CANARY, birth_date="13/28/1979"),
        search(browser, CANARY),
    ]
    page = this_is_me(browser, CANARY)
    form = {
        "registration": registration_key(page),
        **CANARY.account(username="canary.person", password1=PASSWORD, password2=PASSWORD),
    }
    pages += [
        browser.post("/register/account", {**form, "password2": "x" + PASSWORD}, follow=True),
        browser.post("/register/account", {**form, "ssn": CANARY.ssn}, follow=True),
    ]
    stranger = InspectingClient()
    pages += [
        stranger.post("/register/account", form, follow=True),
        search(stranger, CANARY),
        stranger.post("/register/match/username", follow=True),
        stranger.post("/", {"login": CANARY.email, "password": PASSWORD + "x"}, follow=True),
        stranger.post("/", {"login": PASSWORD, "password": CANARY.ssn}, follow=True),
        stranger.post("/forgot-password", {"email": CANARY.email}, follow=True),
        stranger.post("/forgot-username", {"email": CANARY.email}, follow=True),
        stranger.get(newest_link("accounts.reset_password"), follow=True),
        browser.get(newest_link("accounts.confirm_email"), follow=True),
        browser.post("/confirm-email", follow=True),
        stranger.get(newest_link("assurance.claimed"), follow=True),
        stranger.post(
            "/register/no-ssn", {**CANARY.search(), "email": CANARY.email, "message": CANARY.ssn}, follow=True
        ),
        register_and_look(
            InspectingClient(),
            Person(first_name="Ruth", last_surname="Okafor", ssn="914557262", email=CANARY.email),
            username="another.one",
            password1=PASSWORD,
            password2=PASSWORD,
        ),
    ]
    return pages


def test_the_log_at_its_most_talkative(log):
    whole_visit()
    assert log.getvalue().count("\n") > 20
    assert found_in(log.getvalue()) == set()


@pytest.mark.parametrize(
    ("where", "address"),
    [
        ("kecs.registration.actions.decide", "/register/search"),
        ("kecs.registration.views.actions.claim_and_create_account", "/register/account"),
        ("kecs.accounts.adapter.note_sign_in", "/"),
        ("kecs.accounts.views.digest_of_token", "/confirm-email/Zephyr-Quokka8-token"),
        ("kecs.accounts.views.actions.send_password_reset", "/forgot-password"),
    ],
)
def test_a_failure_with_everything_in_its_message(log, monkeypatch, where, address):
    browser = InspectingClient(raise_request_exception=False)
    if address == "/":
        register_new(
            InspectingClient(), CANARY, username="canary.person", password1=PASSWORD, password2=PASSWORD
        )
    else:
        on_file(CANARY)
    form = {**CANARY.search(), "login": CANARY.email, "password": PASSWORD, "email": CANARY.email}
    if address == "/register/account":
        page = this_is_me(browser, CANARY)
        form = {
            "registration": registration_key(page),
            **CANARY.account(password1=PASSWORD, password2=PASSWORD),
        }

    class Fault(Exception):
        pass

    def fail(*arguments, **named):
        raise Fault(f"{SECRETS} {arguments} {named}")

    monkeypatch.setattr(where, fail)
    answer = browser.get(address) if "token" in address else browser.post(address, form)
    assert answer.status_code == 500
    assert found_in(answer.content.decode()) == set()
    assert "Fault at " in log.getvalue()
    assert found_in(log.getvalue()) == set()
    assert "Quokka8-token" not in log.getvalue()


def test_addresses_and_titles_of_pages():
    for page in whole_visit():
        addresses = [
            page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"],
            *(to for to, _status in getattr(page, "redirect_chain", [])),
        ]
        assert found_in(" ".join(addresses)) == set()
        heads = re.findall(r"<title>.*?</title>", page.content.decode(), re.DOTALL)
        assert found_in(" ".join(heads)) == set()
        cookies = " ".join(cookie.OutputString() for cookie in page.client.cookies.values())
        assert found_in(cookies, but={"last 4"}) == set()


def test_pages_show_no_digits_and_no_password():
    for page in whole_visit():
        shown = page.content.decode()
        assert (
            found_in(
                shown,
                but={
                    "first name",
                    "last name",
                    "birth date as typed",
                    "birth date as seven digits",
                    "last 4",
                    "address",
                },
            )
            == set()
        )


def test_audit_rows_and_sessions_and_the_outbox():
    whole_visit()
    for event in AuditEvent.objects.all():
        assert found_in(f"{event.code} {event.by} {event.subject} {event.keys}") == set(), event.code
    for row in Session.objects.all():
        data = row.session_data
        assert found_in(data + b64decode(data).decode("latin-1"), but={"last 4"}) == set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mail_outboxmessage")
        columns = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
        for values in cursor.fetchall():
            mail = dict(zip(columns, values, strict=True))
            texts = [
                bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                for name, value in mail.items()
                if name != "to"
            ]
            assert found_in(" ".join(texts), but={"last 4"}) == set()
            assert not any("http" in text for text in texts)


def test_no_table_holds_ssn_birth_date_or_password_in_any_writing():
    whole_visit()
    facts = {
        name: SECRETS[name]
        for name in SECRETS
        if name not in {"address", "first name", "last name", "last 4", "first digits"}
    }
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own table names
            for row in cursor.fetchall():
                text = " ".join(
                    bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    for value in row
                )
                assert found_in(text, facts) == set(), table


def test_what_a_program_prints_of_our_values():
    """A debugger, a failed assertion and a trace print values by their repr."""
    from uuid import uuid4

    from kecs.accounts.actions import NewAccount
    from kecs.accounts.models import User
    from kecs.accounts.queries import state_of
    from kecs.home.queries import home_page
    from kecs.mail.models import Errand, OutboxMessage
    from kecs.matching.decide import Claim, Outcome
    from kecs.records.actions import Identity
    from kecs.records.models import EducatorRecord, StatedIdentity
    from kecs.records.queries import candidates_for, stated_by
    from kecs.registration.actions import RequestWithoutSsn
    from kecs.registration.flow import Registration

    on_file(CANARY)
    claim(InspectingClient(), CANARY)
    account = User.objects.get()
    asked = Claim(
        first_name=CANARY.first_name,
        last_surname=CANARY.last_surname,
        birth_date=CANARY.birth_date,
        last4=CANARY.last4,
    )
    values = [
        asked,
        candidates_for(asked),
        Registration(key="k", searched_at=timezone.now(), claim=asked, outcome=Outcome.NONE),
        Identity(
            first_name=CANARY.first_name,
            last_surname=CANARY.last_surname,
            birth_date=CANARY.birth_date,
            ssn=CANARY.ssn,
        ),
        NewAccount(username="canary.person", email=CANARY.email, password_hash=PASSWORD, language="en"),
        RequestWithoutSsn(
            first_name=CANARY.first_name,
            last_surname=CANARY.last_surname,
            birth_date=CANARY.birth_date,
            email=CANARY.email,
            telephone=CANARY.ssn,
            message=CANARY.ssn,
        ),
        state_of(account.pk),
        stated_by(account.pk),
        home_page(account.pk, last=None),
        account,
        list(EducatorRecord.objects.all()),
        list(StatedIdentity.objects.all()),
        list(OutboxMessage.objects.all()),
        list(Errand.objects.all()),
        uuid4(),
    ]
    for value in values:
        told = repr(value).replace("datetime.date(1979, 3, 28)", "1979-03-28")
        assert found_in(told, but={"last 4"}) == set(), type(value)
    assert settings.DEBUG is False
