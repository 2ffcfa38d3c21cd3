"""A process that begins between the checkout of a new version and `kecs migrate` does nothing until its tables are there."""

import os
import sys
import threading
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management.base import CommandError
from django.db import DatabaseError, OperationalError, ProgrammingError
from django.db.migrations.recorder import MigrationRecorder

from kecs.audit import tables
from kecs.audit.tables import BEGIN_AGAIN, WAITS, tables_are_ready
from kecs.config import cli, gunicorn
from kecs.config.cli import AWAY
from kecs.mail import worker
from kecs.mail.worker import QueueCommand

NEWEST = ("mail", "0003_note_bounces")


@pytest.mark.django_db
def test_tables_are_ready_once_no_migration_is_missing():
    assert tables_are_ready()
    MigrationRecorder.Migration.objects.filter(app=NEWEST[0], name=NEWEST[1]).delete()
    assert not tables_are_ready()


def test_a_role_that_may_not_look_yet_waits_too(monkeypatch):
    def refuse(_connection):
        raise ProgrammingError("permission denied for table django_migrations")

    monkeypatch.setattr(tables, "MigrationExecutor", refuse)
    assert not tables_are_ready()


class Worker(QueueCommand):
    """Counts, and ends after the second look."""

    looks = 0

    def drain(self, stop: threading.Event) -> float:
        self.looks += 1
        if self.looks == 2:
            stop.set()
        return 0.0


@pytest.fixture
def answers(monkeypatch, tmp_path, settings):
    """What tables_are_ready answers, one after the other; what runs out was asked too often."""
    settings.KECS_VAR_DIR = tmp_path
    given: list[bool | Exception] = []

    def ready() -> bool:
        answer = given.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    for module in (tables, worker):
        monkeypatch.setattr(module, "tables_are_ready", ready)
        monkeypatch.setattr(module, "PAUSE_WITHOUT_TABLES", 0.0)
    monkeypatch.setattr(worker, "PAUSE_WITHOUT_SERVER", 0.0)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    return given


@pytest.mark.django_db
def test_a_worker_begins_once_they_are_there_says_so_once_and_asks_no_more(answers):
    answers.extend([False, False, True])
    out = StringIO()
    worker_that_waits = Worker(stdout=out)
    worker_that_waits._keep_draining(threading.Event())
    assert (worker_that_waits.looks, out.getvalue(), answers) == (2, WAITS + "\n", [])


def test_a_worker_that_waits_ends_when_asked(answers, monkeypatch):
    stop = threading.Event()
    answers.append(False)
    waiting = Worker(stdout=StringIO())
    monkeypatch.setattr(waiting, "say", lambda _line: stop.set())
    waiting._keep_draining(stop)
    assert waiting.looks == 0


class Web(SimpleNamespace):
    """What gunicorn hands to its hooks."""

    def notify(self) -> None:
        self.told += 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("looks", "told"), [([True], 0), ([False, False, True], 2), ([False, OperationalError("away")], 1)]
)
def test_a_web_process_tells_gunicorn_that_it_lives_while_it_waits(answers, looks, told):
    answers.extend(looks)
    web = Web(alive=True, told=0)
    gunicorn._wait_for_tables(web)
    assert (web.told, answers) == (told, [])


@pytest.mark.django_db
def test_a_web_process_that_is_to_end_waits_no_longer(answers):
    gunicorn._wait_for_tables(Web(alive=False, told=0))
    assert answers == []


@pytest.mark.django_db
def test_a_worker_that_runs_once_touches_nothing_without_them(answers):
    answers.append(False)
    once = Worker(stdout=StringIO())
    with pytest.raises(CommandError, match=BEGIN_AGAIN) as refused:
        once.handle(once=True)
    assert (once.looks, refused.value.returncode) == (0, os.EX_TEMPFAIL)


NO_COLUMN = ProgrammingError("column mail_outboxmessage.token does not exist")


@pytest.fixture
def kecs(monkeypatch):
    """`kecs COMMAND`, whose command fails as on tables that are older, or for another reason."""

    def run(command: str, *, ready: bool, error: DatabaseError = NO_COLUMN) -> None:
        def fail(_arguments: list[str]) -> None:
            raise error

        monkeypatch.setattr(cli, "execute_from_command_line", fail)
        monkeypatch.setattr(cli, "tables_are_ready", lambda: ready)
        monkeypatch.setattr(sys, "argv", ["kecs", command])
        cli.main()

    return run


def test_a_command_says_in_a_sentence_that_the_tables_are_older(kecs, capsys):
    with pytest.raises(SystemExit) as ended:
        kecs("tidy", ready=False)
    assert (ended.value.code, capsys.readouterr().err) == (os.EX_TEMPFAIL, BEGIN_AGAIN + "\n")


def test_a_command_says_in_a_sentence_that_the_database_is_away_and_quotes_no_row(kecs, capsys):
    refused = OperationalError("connection to server failed: Connection refused\nDETAIL: Maria, 1985-03-14")
    with pytest.raises(SystemExit) as ended:
        kecs("tidy", ready=True, error=refused)
    said = f"{AWAY} (connection to server failed: Connection refused)\n"
    assert (ended.value.code, capsys.readouterr().err) == (os.EX_TEMPFAIL, said)


@pytest.mark.parametrize(("command", "ready"), [("tidy", True), ("migrate", False)])
def test_what_the_tables_are_not_the_reason_of_is_told_as_it_is(kecs, command, ready):
    with pytest.raises(ProgrammingError):
        kecs(command, ready=ready)
