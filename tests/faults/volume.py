#!/usr/bin/env python3
"""The disk of the database's server is full, again and again, while people register; each time room is made, and it must go on.

    .venv/bin/python -m tests.faults.volume [--times N] [--quick]

A durable server of its own (scripts/postgres install) on a small volume of its own, which takes root to mount. By turns: no
table can grow, and the server's own log (WAL) cannot, for which it stops altogether; an operator makes room, and starts it if
it is down. Then must hold what `kill.py` demands, and no answer is 5xx but 503 with Retry-After and the form that was sent.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.faults.rules import told
from tests.faults.servers import Server, Visitors, database_url, educators, servers_of_our_own, visited
from tests.faults.strikes import Seen, asked_for

VOLUME = "400m"
SMALL_LOG = ("min_wal_size=32MB", "max_wal_size=64MB")
WAITS = 3  # so many answers of 503 before room is made
PATIENCE = 20.0  # seconds, for them and for the server
KINDS = TABLES, LOG = "no table can grow", "the server's log cannot grow"


@contextmanager
def small_volume(server: Server) -> Iterator[None]:
    """The server's folder is on a volume that a file can fill; it is stopped before the volume is gone."""
    place = server.folder.parent
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={VOLUME},mode=711", "kecs-volume", str(place)], check=True
    )
    try:
        yield
    finally:
        if is_up(server):
            server.stop("immediate")
        subprocess.run(["umount", str(place)], check=True)


def may_mount() -> bool:
    """Not even root may in every container."""
    return os.geteuid() == 0 and not subprocess.run(["unshare", "--mount", "true"], check=False).returncode


def is_up(server: Server) -> bool:
    """Whether its first process lives."""
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((server.data / "postmaster.pid").read_text(encoding="ascii").split()[0]), 0)
        return True
    return False


def bring_back(server: Server) -> int:
    """Returns once it answers: what an operator does who has made room. How often it had to be started."""
    started, deadline = 0, time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not is_up(server):
            server.start()
            started += 1
        with suppress(psycopg.Error), psycopg.connect(database_url(server)):
            return started
        time.sleep(0.05)
    raise SystemExit("The server does not come back.")


def fill(server: Server, *, leave: int) -> Path:
    """Another program's file, which takes all room but about so many bytes."""
    file = server.folder.parent / "of-another-program"
    with file.open("wb") as opened:
        while True:
            room = os.statvfs(server.folder)
            with suppress(OSError):  # the server took some of it meanwhile
                os.posix_fallocate(opened.fileno(), 0, max(1, room.f_bavail * room.f_frsize - leave))
                return file


def ask_for_more_log(server: Server) -> None:
    """The server must begin another file of its log, for which there is no room."""
    with suppress(psycopg.Error), psycopg.connect(database_url(server), autocommit=True) as connection:
        for _file in range(8):
            connection.execute("SELECT pg_logical_emit_message(false, 'kecs', 'full')")
            connection.execute("SELECT pg_switch_wal()")


def full(how: str, server: Server, visitors: Visitors) -> int:
    """Until people were asked to wait; then there is room. How often the server had to be started."""
    wanted = visitors.day.statuses[503] + WAITS
    file = fill(server, leave=random.randrange(0, 400_000))
    try:
        if how == LOG:
            ask_for_more_log(server)
        deadline = time.monotonic() + PATIENCE
        while visitors.day.statuses[503] < wanted and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        file.unlink()
    return bring_back(server)


def main() -> int:
    """Serve, let people register, fill, make room, look."""
    times, seed = asked_for(__doc__, kinds=KINDS)
    if not may_mount():
        sys.stdout.write("full volume: not played, for whoever runs this may not mount one\n")
        return 0
    seen, started = Seen(), Counter[str]()
    with servers_of_our_own(1) as [server], small_volume(server):
        server.options = SMALL_LOG
        server.make()
        with visited(educators(200 + times * 40), server) as visitors:

            def strike(how: str) -> None:
                started[how] += full(how, server, visitors)

            seen.by_turns(KINDS, times, strike, visitors)
        broken = told(seen.rules(visitors, ask_to_wait=KINDS))
    seen.tell(visitors, seed=seed)
    down = ", ".join(f"{count} times of {seen.times[how]} ({how})" for how, count in started.items())
    sys.stdout.write(f"The server was down and had to be started: {down}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
