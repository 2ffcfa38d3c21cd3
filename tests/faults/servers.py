"""PostgreSQL servers that are killed, started again, followed and promoted; and people who register meanwhile, patiently."""

import importlib.util
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Protocol
from urllib.parse import quote

from tests.faults.left import Rules
from tests.faults.opening_day import Day
from tests.faults.portal import ROOT, WITHOUT_WAITS, Portal, ours_from_now, prepare
from tests.faults.rules import rules_broken
from tests.faults.visitors import Person


def _scripts_postgres() -> ModuleType:
    """The house's own script: where the programs are, and as whom they run."""
    loader = SourceFileLoader("scripts_postgres", str(ROOT / "scripts" / "postgres"))
    spec = importlib.util.spec_from_loader("scripts_postgres", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


POSTGRES = _scripts_postgres()


class Place(Protocol):
    """Where the socket of a server stands, or of what stands for it."""

    @property
    def folder(self) -> Path: ...


def database_url(*servers: Place) -> str:
    """Of one server, or of whichever of several takes writes."""
    hosts = quote(",".join(str(server.folder) for server in servers), safe="")
    which = "&target_session_attrs=read-write" if len(servers) > 1 else ""
    return f"postgresql://kecs@/kecs?host={hosts}{which}"


@dataclass
class Server:
    """One durable server: a folder of its own, a socket in it, no network."""

    folder: Path
    options: Sequence[str] = ()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def make(self) -> None:
        """An empty cluster with one database, running."""
        self.folder.mkdir()
        POSTGRES.start(self.folder, durable=True)
        if self.options:
            self.stop("fast")
            self.start()

    def follow(self, primary: "Server", *, name: str) -> None:
        """A copy of the primary that streams from it from now on, running."""
        self.folder.mkdir()
        user = POSTGRES.owner()
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        source = f"host={primary.folder} user=kecs application_name={name}"
        self._program(
            "pg_basebackup", "-d", source, "-D", self.data, "-R", "--wal-method=stream", "--checkpoint=fast"
        )
        self.start()

    def start(self) -> None:
        """Returns when it takes connections; recovers first if it was killed."""
        options = [
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            "max_connections=100",
            *self.options,
        ]
        words = " ".join(f"-c {option.replace('=', chr(61) + chr(39), 1)}'" for option in options)
        self._control("start", "--wait", "--log", self.folder / "log", "--options", words)

    def stop(self, mode: str) -> None:
        """`fast` ends connections and writes all out, `immediate` recovers at the next start."""
        self._control("stop", "--wait", f"--mode={mode}")

    def kill(self) -> None:
        """kill -9 for the server and each of its processes, as a power cut has it but for the disk's own memory."""
        postmaster = int((self.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        listed = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii")
        for process in (postmaster, *map(int, listed.split())):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:  # a connection that has just ended
                continue
        deadline = time.monotonic() + 10
        while Path(f"/proc/{postmaster}").exists() and time.monotonic() < deadline:
            time.sleep(0.01)

    def promote(self) -> None:
        """No longer a follower. Returns when it takes writes."""
        self._control("promote", "--wait")

    def _control(self, verb: str, *words: str | Path) -> None:
        self._program("pg_ctl", verb, "--silent", "--pgdata", self.data, *words)

    def _program(self, name: str, *words: str | Path) -> None:
        POSTGRES.run_as_owner([POSTGRES.install() / name, *words])


@contextmanager
def servers_of_our_own(many: int) -> Iterator[list[Server]]:
    """In folders beside each other, none of them made yet; gone afterwards. Below /tmp, for the path of a socket is short."""
    folder = Path(tempfile.mkdtemp(prefix="kecs-servers-", dir="/tmp"))
    folder.chmod(0o711)  # the servers may be another user's
    servers = [Server(folder / str(number)) for number in range(many)]
    try:
        yield servers
    finally:
        for server in servers:
            if (server.data / "postmaster.pid").exists():
                server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Visitors:
    """So many at once register until `enough` is set, each as `Day` has it: 503 waits, no answer tries again."""

    day: Day
    people: list[Person]
    at_once: int = 4
    enough: threading.Event = field(default_factory=threading.Event)
    lanes: list[threading.Thread] = field(default_factory=list)
    rules: Rules = field(default_factory=list)  # once it is over

    def begin(self) -> None:
        """They come."""
        self.lanes = [threading.Thread(target=self._lane, daemon=True) for _one in range(self.at_once)]
        for lane in self.lanes:
            lane.start()

    def wait_for(self, more: int, *, patience: float = 120.0) -> None:
        """Until so many more than now are home. Raises SystemExit where they do not come."""
        wanted, deadline = len(self.day.home) + more, time.monotonic() + patience
        while len(self.day.home) < wanted:
            if time.monotonic() > deadline:
                raise SystemExit(
                    f"Nobody got home any more: {self.day.statuses}, {self.day.led_elsewhere[:3]}"
                )
            time.sleep(0.02)

    def end(self) -> None:
        """Whoever is on her way gets home; nobody new sets out."""
        self.enough.set()
        for lane in self.lanes:
            lane.join()

    def _lane(self) -> None:
        while not self.enough.is_set():
            with self.day.lock:
                if not self.people:
                    return
                person = self.people.pop()
            self.day.register(person)


@contextmanager
def visited(people: list[Person], *servers: Place, **settings: str) -> Iterator[Visitors]:
    """A portal with these settings on these servers, one of which takes writes, while people register. When it ends they are home, and `rules` says what held."""
    var = Path(tempfile.mkdtemp(prefix="kecs-visited-"))
    portal = Portal(var, ours_from_now(var, DATABASE_URL=database_url(*servers), **WITHOUT_WAITS, **settings))
    try:
        prepare(portal, list(people))
        portal.start()
        portal.start_settler()
        visitors = Visitors(Day(portal.port, patience=0.05), people)
        visitors.begin()
        try:
            visitors.wait_for(5)
            yield visitors
        finally:
            visitors.end()
        portal.kill_all()
        portal.kill_settler()
        day = visitors.day
        visitors.rules = answers_broken(day) + rules_broken(day.home, day.led_elsewhere)
    finally:
        portal.end()
        shutil.rmtree(var, ignore_errors=True)


def answers_broken(day: Day) -> Rules:
    """What must hold of the answers."""
    return [
        ("no answer is 5xx but 503", sum(n for s, n in day.statuses.items() if s >= 500 and s != 503)),
        ("nobody on her way is refused", day.odd),
        ("each 503 says when to come back", day.without_retry_after),
        ("each 503 keeps the form that was sent", day.without_form[:3]),
    ]


def educators(many: int) -> list[Person]:
    """Four of five on file, in an order of no meaning."""
    return [Person(number) for number in reversed(range(many))]
