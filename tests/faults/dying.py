"""The portal with points at which its process ends itself: before and after each statement and each commit, and before the answer.

gunicorn serves this in place of `kecs.config.wsgi` for points.py. A request that carries DIE_AT dies at so many's point; which one
that was is written down first. Nothing of this is part of the portal.
"""

import os
import re
import signal
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from kecs.config.wsgi import application as portal

DIE_AT = "HTTP_X_DIE_AT"  # "<number of the point> <word of whoever asks>"
WRITTEN_TO = "KECS_FAULTS_DIED_AT"
_TABLE = re.compile(r'(?:FROM|INTO|UPDATE|TABLE)\s+"?(\w+)', re.IGNORECASE)
_now = threading.local()


class Way:
    """Of one request, from point to point."""

    def __init__(self, asked: str) -> None:
        number, _space, self.word = asked.partition(" ")
        self.left = int(number)

    def reached(self, point: str) -> None:
        """Die here, if it is here."""
        self.left -= 1
        if self.left < 0:
            said = os.open(os.environ[WRITTEN_TO], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.write(said, f"{self.word} {point}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def reached(point: str) -> None:
    """A point of whatever this thread is at."""
    way: Way | None = getattr(_now, "way", None)
    if way is not None:
        way.reached(point)


def _around_statement(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    table = _TABLE.search(sql)
    name = " ".join([sql.split(None, 1)[0].upper(), table[1] if table else ""]).strip()
    reached(f"before {name}")
    result = execute(sql, *rest)
    reached(f"after {name}")
    return result


def _watch(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if _around_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_around_statement)


_commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]


def _around_commit(connection: BaseDatabaseWrapper) -> None:
    reached("before COMMIT")
    _commit(connection)
    reached("after COMMIT")


connection_created.connect(_watch)
BaseDatabaseWrapper._commit = _around_commit  # type: ignore[attr-defined]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The portal's answer, if it comes to one."""
    asked = environ.get(DIE_AT)
    _now.way = Way(asked) if asked else None
    try:
        answer = portal(environ, start_response)
        reached("before the answer")
    finally:
        _now.way = None
    return answer
