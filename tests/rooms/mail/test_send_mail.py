"""The sender as a command: it drains, says how many and nobody's address, and stops when asked."""

import os
import signal
import threading
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django.fixtures import Settings

from kecs.audit.actions import record
from kecs.audit.anchors import anchors_file
from kecs.mail.actions import queue
from kecs.mail.events import MailRefused
from kecs.mail.management.commands.send_mail import Command
from kecs.mail.messages import Message
from kecs.mail.queries import backlog

MakeMessage = Callable[..., Message]


@pytest.fixture(autouse=True)
def _to_files(settings: Settings, tmp_path: Path) -> None:
    settings.KECS_MAIL_TRANSPORT = "kecs.mail.transports.EmlFileTransport"
    settings.KECS_MAIL_DIR = settings.KECS_VAR_DIR = tmp_path


@pytest.mark.django_db
def test_once_sends_everything_and_names_nobody(a_message: MakeMessage, tmp_path: Path) -> None:
    for number in range(130):  # more than one call's worth
        queue(message=a_message(f"pat{number}@example.org"), by="anonymous")
    out = StringIO()
    call_command("send_mail", "--once", stdout=out)
    assert backlog().queued == 0
    assert len(list(tmp_path.glob("*.eml"))) == 130
    assert "sent 100" in out.getvalue()
    assert "@" not in out.getvalue()


@pytest.mark.django_db(
    transaction=True
)  # the loop closes stale connections, and a test's transaction with them
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_sends_and_ends_when_asked(
    a_message: MakeMessage, tmp_path: Path, number: signal.Signals
) -> None:
    queue(message=a_message(), by="anonymous")
    before = signal.getsignal(number)

    def ask_once_the_mail_is_there() -> None:
        until = time.monotonic() + 60  # on a machine with much else to do
        while not list(tmp_path.glob("*.eml")) and time.monotonic() < until:
            time.sleep(0.02)
        os.kill(os.getpid(), number)

    asker = threading.Thread(target=ask_once_the_mail_is_there)
    asker.start()
    call_command("send_mail", "--loop", stdout=StringIO())
    asker.join()
    assert backlog().queued == 0
    assert signal.getsignal(number) == before


@pytest.mark.django_db
def test_beside_its_work_the_loop_writes_down_how_far_the_audit_log_has_come(tmp_path: Path) -> None:
    with transaction.atomic():
        record(event=MailRefused(subject="mail:1", kind="tests.mail", reason="smtp.550"), by="tests")
    out = StringIO()
    worker = Command(stdout=out)
    for _look in range(3):
        worker.meanwhile()
    assert len(anchors_file().read_text().splitlines()) == 1
    anchors_file().write_text("nonsense\n")
    worker.meanwhile()
    assert out.getvalue() == ""  # an hour has not passed
    worker.anchor_next = 0.0
    worker.meanwhile()
    assert out.getvalue() == "the audit log is not what it was: run kecs audit verify\n"
