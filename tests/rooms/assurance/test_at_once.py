"""Two pages of one person sent at the same moment: the second waits for the first, and neither is broken off."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from kecs.assurance.actions import order_letter, send_code
from kecs.assurance.models import ClaimCode, Letter
from tests.factories.claims import ON_FILE, hold_of
from tests.factories.people import MARIA, on_file
from tests.factories.visits import claim
from tests.inspection import InspectingClient

BY = "system:tests"
PATIENCE = 10.0
# Of PostgreSQL's own list: who stands before a lock. (Who does what is told once in a transaction, and not anew.)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def in_a_thread(act: Callable[[], None]) -> tuple[threading.Thread, list[Exception]]:
    """Begun, and what it raised."""
    raised: list[Exception] = []

    def acting() -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - a thread's error is the test's to judge
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=acting)
    thread.start()
    return thread, raised


def until_somebody_waits() -> None:
    """Returns once another connection stands before a lock."""
    pause = threading.Event()
    for _look in range(int(PATIENCE / 0.02)):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
        pause.wait(0.02)
    raise AssertionError("nobody waited: the two did not meet")


def test_a_code_and_a_letter_asked_for_at_once_do_not_lock_each_other_out(transactional_db):
    if connection.vendor == "sqlite":
        pytest.skip("on SQLite one writes at a time")
    on_file(MARIA, contact_email=ON_FILE)
    claim(InspectingClient(), MARIA, username="maria.fuentes")
    held = hold_of("maria.fuentes")
    # The code holds the end of the log and has yet to commit, which looks at the hold that its rows belong to; the letter
    # has locked the hold and waits for the end of the log. A lock against that look made PostgreSQL break one off.
    with transaction.atomic():
        send_code(holding_id=held.pk, by=BY)
        thread, raised = in_a_thread(lambda: order_letter(holding_id=held.pk, by=BY))
        until_somebody_waits()
    thread.join(PATIENCE)
    assert raised == []
    assert ClaimCode.objects.filter(holding=held).exists()
    assert Letter.objects.filter(holding=held).exists()
