"""`kecs migrate` beside people: who waits for whom, and for how long."""

from io import StringIO
from threading import Event, Thread

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from kecs.config.management.commands import migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="on SQLite one writer at a time is the rule"
    ),
]


@pytest.fixture
def busy(monkeypatch):
    """Somebody has the table of migrations to herself until the second try."""
    monkeypatch.setattr(migrate, "LOCK_SECONDS", "0.2")
    has_it, may_go = Event(), Event()

    def hold() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("LOCK TABLE django_migrations")
                has_it.set()
                may_go.wait(20)
                cursor.execute("COMMIT")
        finally:
            connection.close()

    holder = Thread(target=hold)
    holder.start()
    has_it.wait(20)

    def let_go(_seconds: float) -> None:
        may_go.set()
        holder.join()

    monkeypatch.setattr("time.sleep", let_go)
    yield
    may_go.set()
    holder.join()


def waits() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        [setting] = cursor.fetchone()
    return str(setting)


def test_who_waits_too_long_lets_others_pass_and_tries_again(busy):
    out, err, before = StringIO(), StringIO(), waits()
    call_command("migrate", stdout=out, stderr=err)
    assert "No migrations to apply" in out.getvalue()
    assert "tried again" in err.getvalue()
    assert waits() == before != "200ms", "what is set for migrations is theirs"


def test_it_gives_up_in_the_end(busy, monkeypatch):
    monkeypatch.setattr(migrate, "MOST_TRIES", 1)
    with pytest.raises(OperationalError, match="lock timeout"):
        call_command("migrate", stdout=StringIO(), stderr=StringIO())
