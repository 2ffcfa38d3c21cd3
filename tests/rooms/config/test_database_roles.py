"""`kecs database roles`: each process does its work with its own role, and PostgreSQL refuses it everything else."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from kecs.config.database.actions import grant_roles
from kecs.mail.actions import send_due, write_due
from kecs.mail.models import OutboxMessage
from kecs.registration.settling import settle_waiting
from tests.factories.imports import HEADER, Ran
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import create_new, send_account, this_is_me
from tests.inspection import InspectingClient
from tests.roles import PREFIX, as_role, commands

pytestmark = pytest.mark.django_db

FORBIDDEN = {
    "web": [
        "DROP TABLE records_educatorrecord",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "TRUNCATE records_educatorrecord CASCADE",
        "ALTER TABLE audit_auditevent DISABLE TRIGGER ALL",
        "UPDATE audit_auditevent SET code = 'x'",
        "DELETE FROM audit_auditevent",
        "DELETE FROM audit_chainhead",
        "SELECT body_sealed FROM mail_outboxmessage",
        "SELECT * FROM mail_errand",
        "SELECT before_sealed FROM records_undobatch",
        "DELETE FROM django_migrations",
    ],
    "worker": [
        "DROP TABLE mail_outboxmessage",
        "UPDATE audit_auditevent SET code = 'x'",
        "DELETE FROM audit_auditevent",
    ],
    "mailer": [
        "SELECT ssn_sealed FROM records_educatorrecord",
        "SELECT first_name FROM records_educatorrecord",
        "SELECT 1 FROM records_statedidentity",
        "SELECT 1 FROM django_session",
        "UPDATE accounts_user SET email = 'x'",
        "DELETE FROM audit_auditevent",
    ],
    "reports": [
        "SELECT birth_date_sealed FROM records_educatorrecord",
        "SELECT last_surname FROM records_educatorrecord",
        "SELECT facts_sealed FROM records_case",
        "SELECT digest FROM records_identitykey",
        "SELECT 1 FROM mfa_authenticator",
        "INSERT INTO guard_strictmode (id) VALUES (1)",
    ],
}


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return getattr(error.__cause__, "sqlstate", "") == "42501"
    return False


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="roles are PostgreSQL's")
def test_each_role_does_its_work_and_nothing_else(monkeypatch):
    monkeypatch.setattr("kecs.mail.actions._put_off", None)  # what the mailer may not do is heard
    first, second = grant_roles(prefix=PREFIX, by="tests"), grant_roles(prefix=PREFIX, by="tests")
    assert [one for one in first if not one.startswith("CREATE ROLE")] == second
    on_file(MARIA, contact_email=MARIA.email)
    with as_role("web"):
        maria = InspectingClient()
        send_account(maria, this_is_me(maria, MARIA), MARIA.account())
        assert maria.get("/home").status_code == 200
        visitor = InspectingClient()
        new = Person(first_name="Ann", last_surname="Lee", ssn="900124822", email="ann@example.org")
        send_account(visitor, create_new(visitor, new), new.new_account(username="ann.lee"))
        assert visitor.get("/home").status_code == 200
        visitor.post("/forgot-username", {"email": "ann@example.org"})
    with as_role("worker"):
        settle_waiting(by="tests")
    with as_role("mailer"):
        assert write_due(by="tests").put_off == 0
        assert send_due(by="tests").sent == OutboxMessage.objects.filter(status="sent").count() > 0
    with as_role("reports"), connection.cursor() as cursor:
        cursor.execute("SELECT kind, count(*) FROM records_case GROUP BY kind")
        cursor.execute("SELECT code, count(*) FROM audit_auditevent GROUP BY code")
        assert cursor.fetchall()
    for role, statements in FORBIDDEN.items():
        with as_role(role):
            assert [one for one in statements if not refused(one)] == [], role
    assert not refused("SELECT 1 FROM audit_auditevent")  # the owner may


def test_another_database_has_no_roles(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "sqlite")
    with pytest.raises(CommandError, match="Roles are PostgreSQL's"):
        call_command("database", "roles", stdout=io.StringIO())


def test_a_file_that_creates_many_records_is_loaded_and_one_that_changes_them(tmp_path):
    """On PostgreSQL by the worker's role, like every command of a test: more than a few are changed by way of a table of their own."""
    file = tmp_path / "records.csv"
    for surname, outcome in (("Lopez", "created"), ("Smith", "updated")):
        rows = [
            f"{n},Maria,{surname},,1985-03-14,900-12-{n},maria@example.org,false" for n in range(4800, 4830)
        ]
        file.write_text("\n".join([HEADER, *rows, ""]))
        assert Ran(str(file), "--apply").counts[outcome] == len(rows)


def test_the_tests_do_their_work_with_the_roles_of_production():
    """Else a right that is missing would be missed again."""
    seen = set()

    def look(execute, *asked):
        if connection.vendor == "postgresql":
            seen.add(connection.connection.execute("SELECT current_user").fetchone()[0])
        return execute(*asked)

    def asked_by(work):
        seen.clear()
        with connection.execute_wrapper(look):
            work()
        return seen.copy()

    web, mailer, worker = (
        asked_by(lambda: InspectingClient().get("/")),
        asked_by(lambda: write_due(by="tests")),
        asked_by(lambda: call_command("settle", "--once", stdout=io.StringIO())),
    )
    if connection.vendor == "postgresql":
        # The clock of a call is read outside of its steps.
        assert (web, worker) == ({f"{PREFIX}web"}, {f"{PREFIX}worker"})
        assert f"{PREFIX}mailer" in mailer
    assert commands() == {
        "audit": "worker",
        "bounces": "worker",
        "documents": "worker",
        "import_records": "worker",
        "imports": "worker",
        "lapse": "worker",
        "send_mail": "mailer",
        "settle": "worker",
        "tidy": "worker",
    }
