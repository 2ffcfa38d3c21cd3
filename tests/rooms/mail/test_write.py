"""Mails that are asked for in a request and written by the worker: one row of one size, then exactly once what the writer decides."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from kecs.audit.models import AuditEvent
from kecs.mail.actions import GIVE_UP_AFTER, queue, queue_later, write_due
from kecs.mail.messages import Message
from kecs.mail.models import Errand, OutboxMessage
from kecs.mail.queries import backlog
from kecs.mail.writers import NoWriter, register_writer, writer_of
from kecs.pii.fields import unseal_from

pytestmark = pytest.mark.django_db
NOW = datetime(2030, 1, 1, tzinfo=UTC)


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(autouse=True)
def wrote():
    """Writers of tests: two mails each, none, or an error. What they were given."""
    given = []

    def two(*, to, facts, by):
        given.append((to, dict(facts), by))
        for number in ("one", "two"):
            queue(message=Message(kind="tests.mail", to=to, subject=number, text="text"), by=by)

    def none(*, to, facts, by):
        given.append((to, dict(facts), by))

    def broken(*, to, facts, by):
        two(to=to, facts=facts, by=by)
        raise ValueError(to)

    register_writer(kind="tests.two", writer=two)
    register_writer(kind="tests.none", writer=none)
    register_writer(kind="tests.broken", writer=broken)
    return given


def ask(kind="tests.two", to="pat@example.org", **facts):
    """As a request does."""
    with transaction.atomic():
        queue_later(kind=kind, to=to, facts=facts, by="anonymous")


def test_the_worker_has_the_writer_decide(wrote):
    ask(account_id="7")
    assert OutboxMessage.objects.count() == 0
    assert write_due(by="system:send_mail").written == 1
    assert wrote == [("pat@example.org", {"account_id": "7"}, "system:send_mail")]
    assert [(mail.to, mail.subject) for mail in OutboxMessage.objects.order_by("queued_at")] == [
        ("pat@example.org", "one"),
        ("pat@example.org", "two"),
    ]
    assert Errand.objects.count() == 0
    assert write_due(by="system:send_mail").attempts == 0


def test_an_errand_may_come_to_no_mail():
    ask("tests.none")
    assert write_due(by="system:send_mail").written == 1
    assert Errand.objects.count() == OutboxMessage.objects.count() == 0


def test_a_request_that_fails_asks_for_nothing():
    with suppress(RuntimeError), transaction.atomic():
        queue_later(kind="tests.two", to="pat@example.org", facts={}, by="anonymous")
        raise RuntimeError
    assert write_due(by="system:send_mail").attempts == 0


@pytest.mark.parametrize("to", ["a@b.cd", "longer.than.most@an.institution.with.a.long.name.example.org", ""])
def test_rows_tell_no_address_and_have_one_size(to):
    ask(to=to, account_id="7")
    row = Errand.objects.get()
    assert len(bytes(row.facts_sealed)) == 512 + 29
    assert (unseal_from(row, "facts_sealed") or "").startswith(f'{{"to": "{to}"')
    assert "@" not in f"{row.kind}{row.queued_by}{row}{row!r}"


def test_a_kind_without_a_writer_is_refused_at_once():
    with pytest.raises(NoWriter, match=r"tests\.unknown"):
        queue_later(kind="tests.unknown", to="pat@example.org", facts={}, by="anonymous")


# --- Killed, or broken ---------------------------------------------------------------------------------------------


def killed_at(number):
    """Lets so many statements pass, then the process is gone; the database keeps what was committed."""
    left = [number]

    def wrapper(execute, sql, params, many, context):
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return execute(sql, params, many, context)

    return wrapper


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_statement_it_is_written_exactly_once():
    for number in range(100):
        OutboxMessage.objects.all().delete()
        ask()
        try:
            with connection.execute_wrapper(killed_at(number)):
                write_due(by="system:send_mail", limit=1)
        except Killed:
            # All or nothing.
            assert (Errand.objects.count(), OutboxMessage.objects.count()) == (1, 0)
            assert write_due(by="system:send_mail").written == 1
            assert (Errand.objects.count(), OutboxMessage.objects.count()) == (0, 2)
        else:
            break
    assert number >= 4  # find it, queue two, remove it
    assert (Errand.objects.count(), OutboxMessage.objects.count()) == (0, 2)


@pytest.mark.django_db(transaction=True)
def test_many_workers_write_each_errand_once():
    def work():
        try:
            write_due(by="system:send_mail", limit=40)
        finally:
            connection.close()

    for number in range(40):
        ask(to=f"pat{number}@example.org")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _worker: work(), range(4)))
    assert OutboxMessage.objects.count() == 80
    assert OutboxMessage.objects.values("to").distinct().count() == 40


def test_one_that_cannot_be_written_waits_and_holds_up_nobody():
    ask("tests.broken", to="first@example.org")
    ask(to="second@example.org")
    done = write_due(by="system:send_mail")
    assert (done.written, done.put_off) == (1, 1)
    assert {mail.to for mail in OutboxMessage.objects.all()} == {"second@example.org"}
    [waiting] = Errand.objects.all()
    assert waiting.attempts == 1
    assert waiting.next_attempt_at > waiting.queued_at
    assert write_due(by="system:send_mail").attempts == 0


def test_it_is_given_up_after_three_days_and_the_log_says_which_kind():
    ask("tests.broken", to="first@example.org")
    write_due(by="system:send_mail", at=Errand.objects.get().queued_at + GIVE_UP_AFTER)
    assert Errand.objects.count() == 0
    event = AuditEvent.objects.get(code="mail.refused")
    assert event.keys == {"kind": "tests.broken", "reason": "error.ValueError"}


def test_an_errand_that_this_worker_does_not_know_waits_for_one_that_does(monkeypatch):
    ask()
    monkeypatch.delitem(writer_of.__globals__["_writers"], "tests.two")
    assert write_due(by="system:send_mail").put_off == 1
    assert Errand.objects.count() == 1


def test_a_database_that_is_away_puts_nobody_off(monkeypatch):
    def gone(*, to, facts, by):
        raise OperationalError

    register_writer(kind="tests.gone", writer=gone)
    ask("tests.gone")
    with pytest.raises(OperationalError):
        write_due(by="system:send_mail")
    assert Errand.objects.get().attempts == 0


def test_the_command_writes_and_sends(capsys, settings, tmp_path):
    settings.KECS_MAIL_DIR = tmp_path
    ask()
    ask("tests.broken")
    call_command("send_mail", "--once")
    said = capsys.readouterr().out
    assert "put off 1 that could not be written" in said
    assert "sent 2" in said
    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_the_backlog_counts_what_is_not_written_yet():
    assert backlog().queued == 0
    ask()
    assert backlog().queued == 1
    assert backlog().oldest_queued_at == Errand.objects.get().queued_at
    assert datetime.now(UTC) - Errand.objects.get().queued_at < timedelta(minutes=1)
