#!/usr/bin/env python3
"""Connections run out and the database is slow, by turns, while people register; nobody helps the portal up again.

    .venv/bin/python -m tests.faults.shortage [--times N] [--quick]

A durable server of its own (scripts/postgres install) that takes fewer connections than the portal has threads, behind a proxy
that can hold what passes. By turns: another program takes every connection; each answer of the server comes late; nothing passes
at all; tables that each page needs are locked for longer than a page waits. Then must hold what `kill.py` demands, and no
answer is 5xx but 503 with Retry-After and the form that was sent. Prints how long after each the next person got home.
"""

import random
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.faults.rules import told
from tests.faults.servers import Server, database_url, educators, servers_of_our_own, visited
from tests.faults.strikes import Seen, asked_for

CONNECTIONS = 8  # the portal has 16 threads, and somebody settles
LASTS = 2.5  # seconds, each time
# What a page of this portal waits for: less than a strike lasts.
BOUNDS = {"KECS_STATEMENT_MS": "1000", "KECS_LOCK_MS": "500"}
SOCKET = ".s.PGSQL.5432"
ANOTHER = "another"
END_THE_OTHERS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND application_name <> %s
"""


def other_program(server: Server) -> psycopg.Connection:
    """A connection that is not the portal's."""
    return psycopg.connect(f"{database_url(server)}&application_name={ANOTHER}", autocommit=True)


@dataclass
class Proxy:
    """Stands in a folder as a server's socket does, and passes on what comes, sometimes late."""

    folder: Path
    server: Server
    another: psycopg.Connection  # another program's, which comes by no proxy
    latest: float = 0.0  # seconds that an answer is held, at most
    open: threading.Event = field(default_factory=threading.Event)
    passed: int = 0

    def serve(self) -> None:
        """Until the process ends."""
        self.open.set()
        self.folder.mkdir()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.folder / SOCKET))
        listener.listen(64)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            peer, _address = listener.accept()
            threading.Thread(target=self._pass_on, args=(peer,), daemon=True).start()

    def _pass_on(self, peer: socket.socket) -> None:
        with suppress(OSError), peer, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self.server.folder / SOCKET))
            while True:
                for end in select.select([peer, server], [], [])[0]:
                    piece = end.recv(65_536)
                    if not piece:
                        return
                    self.open.wait()
                    if end is server and self.latest:
                        time.sleep(random.uniform(0, self.latest))
                    self.passed += 1
                    (peer if end is server else server).sendall(piece)


def taken(proxy: Proxy) -> None:
    """Another program ends the portal's connections and takes their places, every one."""
    ends, held = time.monotonic() + LASTS, list[psycopg.Connection]()
    try:
        while time.monotonic() < ends:
            proxy.another.execute(END_THE_OTHERS, [ANOTHER])
            with suppress(psycopg.OperationalError):
                held.append(other_program(proxy.server))
    finally:
        for connection in held:
            connection.close()


def late(proxy: Proxy) -> None:
    """Each answer of the server is held for a moment."""
    proxy.latest = 0.08
    time.sleep(LASTS)
    proxy.latest = 0.0


def stopped(proxy: Proxy) -> None:
    """Nothing passes, in neither direction; then all of it does."""
    proxy.open.clear()
    time.sleep(LASTS)
    proxy.open.set()


def locked(proxy: Proxy) -> None:
    """Somebody has a lock on what each page reads, and sleeps."""
    with proxy.another.transaction():
        proxy.another.execute("LOCK TABLE django_session, guard_limitcounter IN ACCESS EXCLUSIVE MODE")
        proxy.another.execute("SELECT pg_sleep(%s)", [LASTS])


STRIKES: dict[str, Callable[[Proxy], None]] = {
    "every connection taken": taken,
    "answers late": late,
    "nothing passes": stopped,
    "tables locked": locked,
}
ASKS_TO_WAIT = ("every connection taken", "tables locked")  # the others only take time


@contextmanager
def behind_a_proxy() -> Iterator[Proxy]:
    """A server that takes few connections, and the proxy before it."""
    with servers_of_our_own(1) as [server]:
        server.options = (f"max_connections={CONNECTIONS}",)
        server.make()
        with other_program(server) as another:
            proxy = Proxy(server.folder.with_name("proxy"), server, another)
            proxy.serve()
            yield proxy


def main() -> int:
    """Serve, let people register, take away, give back, look."""
    times, seed = asked_for(__doc__, kinds=list(STRIKES))
    seen = Seen()
    with behind_a_proxy() as proxy:
        with visited(educators(200 + times * 40), proxy, **BOUNDS) as visitors:
            seen.by_turns(list(STRIKES), times, lambda how: STRIKES[how](proxy), visitors)
        rules = seen.rules(visitors, ask_to_wait=ASKS_TO_WAIT)
    broken = told([("all of it went through the proxy", not proxy.passed), *rules])
    seen.tell(visitors, seed=seed)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
