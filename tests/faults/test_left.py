"""What is planted is found, wherever it is planted, and a run that does not look is refused."""

import re
from datetime import date

import pytest
from django.db import connection, transaction

from kecs.audit.clock import portal_clock
from kecs.mail.actions import queue
from kecs.mail.messages import Message
from kecs.mail.models import OutboxMessage
from tests.faults.answers import form_of, people
from tests.faults.left import MAILS_ONCE, MAILS_THERE, NO_CANARY, PASSWORD, TYPED, left_behind, logs_kept
from tests.faults.rules import told
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody(settings):
    """Of two people who registered, one of whom is on file, the one who is."""
    settings.KECS_ROBOT = "null"
    new, known = people(77_000, 2)
    for person in (new, known):
        browser = InspectingClient()
        assert browser.post("/register/account", form_of(browser, person)).headers["Location"] == "/home"
    return known


def broken(folder):
    """The rules that do not hold, and what breaks them."""
    return {rule: what for rule, what in left_behind(folder) if what}


def mail(*, to, text="Words.\n", kind="accounts.confirm_email"):
    with transaction.atomic():
        queue(message=Message(kind=kind, to=to, subject="Confirm", text=text), by="tests")


def writings(person):
    """Each kind of fact, as it may stand somewhere."""
    born, ssn = person.born, person.ssn
    return {
        "SSN": [ssn, f"{ssn[:3]}-{ssn[3:5]}-{ssn[5:]}"],
        "birth date": [
            f"{born:%m/%d/%Y}",
            f"{born:%-m-%-d-%Y}",
            f"{born:%m%d%Y}",
            f"{born:%Y-%m-%d}",
            f"born {born!r}",
        ],
        "last 4": [ssn[-4:], f"last4={ssn[-4:]}&robot=on", f"It ends in {ssn[-4:]}."],
        "password": [PASSWORD, "password1=Brisk-Otter7+lamp", "Brisk-Otter7%20lamp"],
    }


def test_registrations_as_they_are_leave_nothing(somebody, tmp_path):
    with logs_kept(tmp_path):
        InspectingClient().get("/register/search")
    assert "request answered" in (tmp_path / "log" / "faults").read_text(encoding="ascii")
    assert broken(tmp_path) == {}


def test_a_fact_in_a_log_is_found_in_every_writing(somebody, tmp_path):
    (tmp_path / "log").mkdir()
    for kind, each in writings(somebody).items():
        for planted in each:
            (tmp_path / "log" / "web").write_text(f"12:00 it failed: {planted}\n", encoding="ascii")
            looks = f": {re.sub('[0-9]', '0', f'12:00 it failed: {planted}')}" if kind == "last 4" else ""
            assert broken(tmp_path) == {NO_CANARY: {f"{kind} in log/web{looks}": 1}}, planted


def test_a_fact_in_a_table_is_found(somebody, tmp_path):
    assert broken(tmp_path) == {}  # her mail, which tells her username, is written
    for kind, (planted, *_others) in writings(somebody).items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_user SET username = %s WHERE username = %s", [planted, somebody.username]
            )
            assert broken(tmp_path) == {NO_CANARY: {f"{kind} in accounts_user": 1}}
            transaction.set_rollback(True)


def test_a_fact_in_a_session_that_is_not_sealed_is_found(somebody, tmp_path, monkeypatch):
    """As Django keeps one: text that only looks unreadable."""
    monkeypatch.setattr("kecs.accounts.sessions.sealed_text", lambda text, _place: text.encode())
    browser = InspectingClient()
    browser.session["typed"] = None
    session = browser.session
    session["password"] = PASSWORD
    session.save()
    assert broken(tmp_path) == {NO_CANARY: {"password in django_session": 1}}


def test_a_fact_in_a_mail_is_found_before_and_after_it_was_sent(somebody, tmp_path):
    mail(to="fault1@example.org", kind="tests.fault", text=f"You gave {somebody.birth_date}.\n")
    assert broken(tmp_path) == {NO_CANARY: {"birth date in a mail tests.fault": 1}}
    OutboxMessage.objects.filter(kind="tests.fault").delete()
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "1.eml").write_text(
        f"Subject: you\n\nYour number {somebody.ssn}\n", encoding="ascii"
    )
    assert broken(tmp_path)[NO_CANARY] == {"SSN in mail/1.eml": 1}


def test_a_mail_that_is_doubled_missing_or_without_an_event_is_told(somebody, tmp_path):
    address = f"{somebody.username}@example.org"
    assert broken(tmp_path) == {}
    mail(to=address)
    assert broken(tmp_path) == {MAILS_ONCE: [("accounts.confirm_email", address)]}
    OutboxMessage.objects.filter(to=address).delete()
    assert broken(tmp_path) == {MAILS_THERE: [("accounts.confirm_email", address)]}
    mail(to=address)
    mail(to=address, kind="accounts.password_changed")
    assert broken(tmp_path) == {MAILS_ONCE: [("accounts.password_changed", address)]}


@pytest.mark.any_database("no database is asked")
def test_digits_of_ids_processes_and_times_are_nobodys():
    TYPED.add(ssn="900112026", born=date(1971, 2, 3))
    TYPED.add(ssn="900114711", born=date(1971, 2, 3))
    year = portal_clock().year
    for text in (
        f"[{year}-11-27 00:12:33 +0000] [4711] [ERROR] Worker (pid:4711) was sent SIGKILL!",
        f"[{year}-11-27 00:12:33 +0000] [4711] [INFO] Listening at: http://127.0.0.1:4711 (4711)",
        "http://127.0.0.1:4711/",
        '{"seconds": 0.4711, "timestamp": "2026-02-03T10:00:00.471100Z"}',
        "account:4711a0b1-4711-4711-8000-000000004711",
        "person4711@example.org",
        "records.4711_a_migration",
    ):
        assert TYPED.found_in(text) == set(), text


@pytest.mark.any_database("no database is asked")
def test_a_run_that_has_not_looked_has_no_table():
    with pytest.raises(SystemExit):
        told([("the audit chain is whole", None)])
