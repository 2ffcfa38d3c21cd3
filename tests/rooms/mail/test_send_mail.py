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
from pytest_django.fixtures import Settings

from kecs.mail.actions import queue
from kecs.mail.messages import Message
from kecs.mail.queries import backlog

MakeMessage = Callable[..., Message]


@pytest.fixture(autouse=True)
def _to_files(settings: Settings, tmp_path: Path) -> None:
    settings.KECS_MAIL_TRANSPORT = "kecs.mail.transports.EmlFileTransport"
    settings.KECS_MAIL_DIR = tmp_path


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
        until = time.monotonic() + 10
        while not list(tmp_path.glob("*.eml")) and time.monotonic() < until:
            time.sleep(0.02)
        os.kill(os.getpid(), number)

    asker = threading.Thread(target=ask_once_the_mail_is_there)
    asker.start()
    call_command("send_mail", "--loop", stdout=StringIO())
    asker.join()
    assert backlog().queued == 0
    assert signal.getsignal(number) == before
