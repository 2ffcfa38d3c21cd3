"""The log: written with its change, refused to be changed, and the chain that shows when it was all the same."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import IntegrityError, connection, transaction

from kecs.audit.actions import record, record_all, recorded_together
from kecs.audit.events import Event
from kecs.audit.models import AuditEvent, ChainHead
from kecs.audit.queries import ChainState, chain_state, timeline

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried(Event):
    """Something was tried."""

    code: ClassVar[str] = "tests.tried"
    number: int


def three():
    """Three events about one subject."""
    with transaction.atomic():
        for number in range(3):
            record(event=Tried(subject="thing:1", number=number), by="system:test")


def test_events_are_told_in_order():
    three()
    assert [event.keys for event in timeline("thing:1")] == [{"number": 0}, {"number": 1}, {"number": 2}]
    assert chain_state().broken_at is None


def test_many_events_at_once_make_the_same_chain():
    with transaction.atomic():
        record(event=Tried(subject="thing:1", number=0), by="system:test")
        record_all(events=[Tried(subject="thing:1", number=number) for number in (1, 2)], by="system:test")
        record_all(events=[], by="system:test")
        record(event=Tried(subject="thing:1", number=3), by="system:test")
    assert [event.keys["number"] for event in timeline("thing:1")] == [0, 1, 2, 3]
    assert chain_state() == ChainState(rows=4, broken_at=None)


def test_events_recorded_together_make_the_same_chain_and_touch_its_end_once(django_assert_num_queries):
    three()
    with (
        # Two for the transaction; the end is looked up, then the rows and the new end are written.
        django_assert_num_queries(5 if connection.vendor == "sqlite" else 4),
        transaction.atomic(),
        recorded_together(),
    ):
        for number in (3, 4):
            record(event=Tried(subject="thing:1", number=number), by=f"system:test{number}")
        with recorded_together():
            record(event=Tried(subject="thing:1", number=5), by="system:test")
    assert [event.keys["number"] for event in timeline("thing:1")] == [0, 1, 2, 3, 4, 5]
    assert [event.by for event in timeline("thing:1")][3:] == ["system:test3", "system:test4", "system:test"]
    assert chain_state() == ChainState(rows=6, broken_at=None)


def test_events_recorded_together_fall_together():
    def raises_after_recording():
        with transaction.atomic(), recorded_together():
            record(event=Tried(subject="thing:1", number=1), by="system:test")
            raise LookupError

    with pytest.raises(LookupError):
        raises_after_recording()
    three()
    assert [event.keys["number"] for event in timeline("thing:1")] == [0, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_block_around_the_transaction_and_not_in_it_is_refused():
    with pytest.raises(RuntimeError, match="transaction"), recorded_together(), transaction.atomic():
        record(event=Tried(subject="thing:1", number=1), by="system:test")


def test_an_event_falls_with_its_change():
    with transaction.atomic():
        record(event=Tried(subject="thing:1", number=1), by="system:test")
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == 0
    assert chain_state().rows == 0


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        record(event=Tried(subject="thing:1", number=1), by="system:test")


@pytest.mark.parametrize("change", ["UPDATE audit_auditevent SET by = 'me'", "DELETE FROM audit_auditevent"])
def test_the_database_refuses_to_change_the_log(change):
    three()
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def without_triggers(*statements):
    """What somebody with every right on the database could do."""
    with connection.cursor() as cursor:
        for name in ("audit_event_no_update", "audit_event_no_delete"):
            on = " ON audit_auditevent" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("statements", "broken_at"),
    [
        (["UPDATE audit_auditevent SET by = 'me' WHERE sequence = 2"], 2),
        (["DELETE FROM audit_auditevent WHERE sequence = 1"], 1),
        (["DELETE FROM audit_auditevent WHERE sequence = 2"], 2),
        (["DELETE FROM audit_auditevent WHERE sequence = 3"], 3),
        (
            [
                "UPDATE audit_auditevent SET sequence = 9 WHERE sequence = 1",
                "UPDATE audit_auditevent SET sequence = 1 WHERE sequence = 2",
                "UPDATE audit_auditevent SET sequence = 2 WHERE sequence = 9",
            ],
            1,
        ),
    ],
)
def test_a_row_changed_removed_or_moved_is_found(statements, broken_at):
    three()
    without_triggers(*statements)
    assert chain_state().broken_at == broken_at


def test_a_cut_end_is_found_even_when_the_head_was_moved_back():
    three()
    before = AuditEvent.objects.get(sequence=2)
    without_triggers("DELETE FROM audit_auditevent WHERE sequence = 3")
    assert chain_state().broken_at == 3
    ChainHead.objects.update(sequence=2)
    assert chain_state().broken_at == 2
    assert before.sequence == 2
