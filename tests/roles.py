"""On PostgreSQL the tests' requests and workers do their work with the roles that production gives them, so that a right which is missing is missed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pytest

PREFIX = "tests_"
TRIES = 5  # the roles are the whole server's, and several workers of a run make them at one moment
# As the units in deploy/systemd have it; what an operator runs by hand is the owner's.
COMMANDS = {
    "audit": "worker",
    "bounces": "worker",
    "documents": "worker",
    "import_records": "worker",
    "imports": "worker",
    "lapse": "worker",
    "send_mail": "mailer",
    "settle": "worker",
    "tidy": "worker",
}


class _Current(threading.local):
    role = ""


_current = _Current()

P = ParamSpec("P")
R = TypeVar("R")


def make_roles() -> None:
    """In the database of the tests, for good."""
    from django.db import DatabaseError

    from kecs.config.database.actions import grant_roles

    for left in reversed(range(TRIES)):
        try:
            grant_roles(prefix=PREFIX, by="tests")
        except DatabaseError:
            if not left:
                raise
        else:
            return


@contextmanager
def as_role(name: str) -> Iterator[None]:
    """What is asked of PostgreSQL in this block is asked by this role; a block inside changes nothing."""
    if _current.role:
        yield
        return
    _current.role = name
    _say(f"SET ROLE {PREFIX}{name}")
    try:
        yield
    finally:
        _current.role = ""
        _say("RESET ROLE")


def _say(statement: str) -> None:
    """Past Django, whose statements the tests count. In a transaction that failed it is refused, and undone with it."""
    from django.db import connection
    from psycopg.errors import InFailedSqlTransaction

    connection.ensure_connection()
    with suppress(InFailedSqlTransaction):
        connection.connection.execute(statement)


def under(role: str, work: Callable[P, R]) -> Callable[P, R]:
    """The same work, by this role."""

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        with as_role(role):
            return work(*args, **kwargs)

    return done


def each_by_its_role(patch: pytest.MonkeyPatch) -> None:
    """Requests by the role of the pages, mails by the mailer's, commands by the one that their unit names."""
    from django.core.management.base import BaseCommand
    from django.test.client import ClientHandler

    from kecs.mail import actions

    patch.setattr(ClientHandler, "__call__", under("web", ClientHandler.__call__))
    for step in ("_write_next", "_put_off", "_lease_next", "_mark"):
        patch.setattr(actions, step, under("mailer", getattr(actions, step)))
    execute = BaseCommand.execute

    def executed(command: BaseCommand, *args: Any, **options: Any) -> str | None:
        role = COMMANDS.get(type(command).__module__.rpartition(".")[2])
        return (under(role, execute) if role else execute)(command, *args, **options)

    patch.setattr(BaseCommand, "execute", executed)
