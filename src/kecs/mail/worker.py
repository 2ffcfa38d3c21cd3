"""A command that works through a queue in the database, once or until it is told to stop; the room's and others' commands build on it."""

import os
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from kecs.audit.tables import BEGIN_AGAIN, PAUSE_WITHOUT_TABLES, WAITS, tables_are_ready

_ALIVE = "alive"
PAUSE = 1.0  # seconds between two looks at an empty queue
PAUSE_WITHOUT_SERVER = 10.0


def alive_file(var: Path, worker: str) -> Path:
    """What a worker of this installation touches each time that it goes round."""
    return var / _ALIVE / worker


def alive_files(var: Path) -> list[Path]:
    """Those of all workers that ever ran on this host."""
    return sorted((var / _ALIVE).glob("*"))


class QueueCommand(BaseCommand):
    """Several may run, on several machines. `drain` works through what is due."""

    work = "work through what is due"

    def drain(self, stop: threading.Event) -> float:
        """Work until nothing is due or `stop` is set; returns the seconds to wait before looking again."""
        raise NotImplementedError

    def meanwhile(self) -> None:
        """What a worker that loops does beside its work, between two looks."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Once or for ever."""
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--once", action="store_true", help=f"{self.work} and end")
        how.add_argument("--loop", action="store_true", help=f"{self.work} until SIGTERM or SIGINT")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ends between two of them when asked to."""
        stop = threading.Event()

        def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            if options["once"]:
                if not tables_are_ready():
                    raise CommandError(BEGIN_AGAIN, returncode=os.EX_TEMPFAIL)
                self.drain(stop)
            else:
                self._keep_draining(stop)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _keep_draining(self, stop: threading.Event) -> None:
        ready = False
        while not stop.is_set():
            close_old_connections()
            self._tell_alive()
            try:
                ready = ready or self._wait_for_tables(stop)
                if not ready:
                    return
                pause = self.drain(stop)
                self.meanwhile()
            except (OperationalError, InterfaceError) as error:
                # The database restarts; its message may quote a statement.
                self.say(f"database unavailable ({type(error).__name__})")
                connection.close()
                pause = PAUSE_WITHOUT_SERVER
            stop.wait(pause)

    def _wait_for_tables(self, stop: threading.Event) -> bool:
        """False where it is asked to stop before they come."""
        if tables_are_ready():
            return True
        self.say(WAITS)
        while not stop.wait(PAUSE_WITHOUT_TABLES):
            if tables_are_ready():
                return True
        return False

    def _tell_alive(self) -> None:
        """For /metrics of this host: when this worker last went round."""
        file = alive_file(Path(settings.KECS_VAR_DIR), type(self).__module__.rpartition(".")[2])
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        except OSError as error:  # a full disk stops no mail
            self.say(f"the sign of life was not written ({type(error).__name__})")

    def say(self, line: str) -> None:
        """A line for the operator, at once."""
        self.stdout.write(line)
        self.stdout.flush()
