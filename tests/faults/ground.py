"""What the faults stand on: an empty installation of their own, a mail server that does as it is told, people who register."""

import logging
import multiprocessing
import os
import re
import shutil
import socket
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from benchmarks.migrated import make_tables
from tests.faults.portal import WITHOUT_WAITS, ours_from_now

BY = "system:faults"


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of one fault: how often it struck, what is counted, and each rule that it broke."""

    fault: str
    times: int
    counted: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def must(self, rule: str, *, hold: bool) -> None:
        """A rule; kept by name where it does not hold."""
        if not hold:
            self.broken.append(rule)


@contextmanager
def installation() -> Iterator[Path]:
    """Django ready and all tables made, in a folder that is gone afterwards. DATABASE_URL is respected: an empty database."""
    var = Path(tempfile.mkdtemp(prefix="kecs-faults-"))
    ours_from_now(var, **WITHOUT_WAITS)
    try:
        import django
        from django.conf import settings

        django.setup()
        settings.ALLOWED_HOSTS = ["*"]
        logging.disable()  # what fails here fails on purpose, and is counted

        from kecs.pii.keyring import Keyring

        Keyring.create(settings.KECS_KEYRING, label="development")
        make_tables(os.environ)
        yield var
    finally:
        shutil.rmtree(var, ignore_errors=True)


def in_child(work: Callable[[], None]) -> int:
    """Run it in a process of its own, which shares nothing that is open. Its number."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    finally:
        if status:
            traceback.print_exc()
        os._exit(status)  # nothing of the parent's is cleared up twice


# --- A mail server -----------------------------------------------------------------------------------------------


class Mood(IntEnum):
    """How the mail server behaves."""

    TAKES = 0
    REFUSES = 1  # 421 in place of a greeting
    BLACK_HOLE = 2  # takes the connection, and says nothing
    DIES = 3  # takes the mail, and is gone before it says so


class MailServer:
    """Speaks as much SMTP as our sender asks for, in a process of its own; writes down each mail that it has."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "accepted"
        self.log.write_text("", encoding="ascii")
        self.mood = multiprocessing.get_context("fork").Value("i", Mood.TAKES)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self.listener.getsockname()[1])
        self.process = 0

    def start(self) -> None:
        """Listen, or listen again."""
        self.process = in_child(self._serve)

    def stop(self) -> None:
        """Gone, as a power cut would have it."""
        os.kill(self.process, 9)
        os.waitpid(self.process, 0)

    def accepted(self) -> Counter[str]:
        """How often each Message-ID came whole."""
        return Counter(self.log.read_text(encoding="ascii").split())

    def _serve(self) -> None:
        import threading

        while True:
            peer, _address = self.listener.accept()
            threading.Thread(target=self._speak, args=(peer,), daemon=True).start()

    def _speak(self, peer: socket.socket) -> None:
        with suppress(OSError), peer, peer.makefile("rwb", buffering=0) as line:
            mood = Mood(self.mood.value)
            if mood is Mood.BLACK_HOLE:
                peer.settimeout(30)
                peer.recv(1)
                return
            line.write(b"421 closed for today\r\n" if mood is Mood.REFUSES else b"220 twin\r\n")
            while mood is not Mood.REFUSES and (said := line.readline()):
                word = said[:4].upper()
                if word == b"DATA":
                    line.write(b"354 go on\r\n")
                    body = b""
                    while not body.endswith(b"\r\n.\r\n"):
                        piece = peer.recv(65536)
                        if not piece:  # gone in the middle of its mail, which is none then
                            return
                        body += piece
                    self._keep(body)
                    if Mood(self.mood.value) is Mood.DIES:
                        return
                line.write(b"221 bye\r\n" if word == b"QUIT" else b"250 twin\r\n")

    def _keep(self, body: bytes) -> None:
        found = re.search(rb"^Message-ID: <(\S+)>", body, re.MULTILINE | re.IGNORECASE)
        with self.log.open("a", encoding="ascii") as log:
            log.write(f"{found[1].decode() if found else 'none'}\n")


@contextmanager
def mail_server(folder: Path) -> Iterator[MailServer]:
    """The server, listening; our mail goes there."""
    from django.conf import settings

    server = MailServer(folder)
    instead: dict[str, Any] = {
        "KECS_MAIL_TRANSPORT": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": server.port,
        "EMAIL_TIMEOUT": 2,
        "EMAIL_HOST_USER": "",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
    }
    before = {name: getattr(settings, name) for name in instead}
    for name, value in instead.items():
        setattr(settings, name, value)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.listener.close()
        for name, value in before.items():
            setattr(settings, name, value)
