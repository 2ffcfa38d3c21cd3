"""`kecs send_mail`: drains the outbox once, or keeps at it; prints counts, never addresses."""

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from kecs.mail.actions import Sent, send_due

PAUSE = 1.0  # seconds between two looks at an empty outbox
PAUSE_WITHOUT_SERVER = 10.0


class Command(BaseCommand):
    """The sender. Several may run, on several machines."""

    help = "Send the mails that are due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Once or for ever."""
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--once", action="store_true", help="send what is due and end")
        how.add_argument("--loop", action="store_true", help="send until SIGTERM or SIGINT")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ends between two mails when asked to."""
        stop = threading.Event()

        def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            if options["once"]:
                self._drain(stop)
            else:
                self._keep_draining(stop)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _keep_draining(self, stop: threading.Event) -> None:
        while not stop.is_set():
            close_old_connections()
            try:
                done = self._drain(stop)
            except (OperationalError, InterfaceError) as error:
                # The database restarts; its message may quote a statement.
                self._say(f"database unavailable ({type(error).__name__})")
                connection.close()
                stop.wait(PAUSE_WITHOUT_SERVER)
            else:
                stop.wait(PAUSE_WITHOUT_SERVER if done.unavailable else PAUSE)

    def _drain(self, stop: threading.Event) -> Sent:
        done = Sent()
        while True:
            done = send_due(by="system:send_mail", stop=stop)
            if done.attempts:
                self._say(
                    f"sent {done.sent}, deferred {done.deferred}, refused {done.refused}, "
                    f"server unavailable {done.unavailable}, lease lost {done.lease_lost}"
                )
            if not done.attempts or done.unavailable or stop.is_set():
                return done

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
