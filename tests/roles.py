"""On PostgreSQL the tests' requests and workers do their work with the roles that production gives them, so that a right which is missing is missed."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest

PREFIX = "tests_"
TRIES = 5  # the roles are the whole server's, and several workers of a run make them at one moment
UNITS = Path(__file__).resolve().parent.parent / "deploy" / "systemd"


def commands() -> dict[str, str]:
    """The role of each command that a unit runs, by its own settings; what an operator runs by hand is the owner's, but for a file in a container."""
    found = {"import_records": "worker"}
    for unit in UNITS.glob("*.service"):
        text = unit.read_text(encoding="utf-8")
        command = re.search(r"^ExecStart=\S+/kecs (\w+)", text, re.MULTILINE)
        role = re.search(r"^EnvironmentFile=/etc/kecs/(worker|mailer)\.conf$", text, re.MULTILINE)
        if command and role:
            found[command[1]] = role[1]
    return found


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
    execute, roles = BaseCommand.execute, commands()

    def executed(command: BaseCommand, *args: Any, **options: Any) -> str | None:
        role = roles.get(type(command).__module__.rpartition(".")[2])
        return (under(role, execute) if role else execute)(command, *args, **options)

    patch.setattr(BaseCommand, "execute", executed)
