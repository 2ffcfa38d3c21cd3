"""Transactions that the database broke off are tried again, a few times; every room's actions stand on this.

It lives on the floor of the log because that is the lowest of those that write, and each action ends there. What is not
cured by another try comes up to the page as the database's own error, which `kecs.config.errors` answers with 503.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from time import monotonic, sleep
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

P = ParamSpec("P")
R = TypeVar("R")

MOST_TRIES = 4
# Whoever has waited so long for a lock already is told, instead of waiting as long again.
NOT_AFTER = 5.0  # seconds
FIRST_WAIT = 0.02  # seconds, doubled with each try, half of it by chance
# PostgreSQL: serialization_failure, deadlock_detected. All of the transaction is gone, and nothing of it happened.
_ROLLED_BACK = frozenset({"40001", "40P01"})
_LOCKED_OUT = "55P03"  # lock_not_available: waited as long as lock_timeout says
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
# SQLite has one class for what an operator mends (a full disk) and for what a programmer does (no such table).
_SQLITE_AWAY = (*_BUSY, "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_NOMEM")
_READ_ONLY = "25006"  # a standby, in the minutes of a fail-over


def _name_of(error: BaseException) -> str:
    """SQLite's name of an error, or PostgreSQL's five characters; neither holds a value. Empty where there is none."""
    cause = error.__cause__
    return str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "")


def may_be_tried_again(error: DatabaseError) -> bool:
    """Whether the database undid the whole transaction for the sake of another one."""
    name = _name_of(error)
    return name in _ROLLED_BACK or name.startswith(_BUSY)


def is_locked_out(error: DatabaseError) -> bool:
    """Whether it waited for a lock for as long as it may (PostgreSQL)."""
    return _name_of(error) == _LOCKED_OUT


def database_is_away(error: BaseException) -> bool:
    """Whether the database is what failed (gone, full, too busy), and not a statement of ours."""
    name = _name_of(error)
    if name.startswith("SQLITE_"):
        return name.startswith(_SQLITE_AWAY)
    if isinstance(error, InternalError):
        return name == _READ_ONLY
    return isinstance(error, OperationalError | InterfaceError)


@contextmanager
def waiting_for_locks(database: BaseDatabaseWrapper, *, at_most: str) -> Iterator[None]:
    """No statement of this block waits for a lock for longer, by PostgreSQL's writing ("2s"; "0": as long as it takes)."""
    if database.vendor != "postgresql":
        yield
        return
    with database.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        [before] = cursor.fetchone()
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [at_most])
        try:
            yield
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])


def tried_again(action: Callable[P, R]) -> Callable[P, R]:
    """For an action that is one transaction: up to MOST_TRIES times. Inside another's transaction, that one decides."""

    @wraps(action)
    def trying(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return action(*args, **kwargs)
        began = monotonic()
        for number in range(MOST_TRIES - 1):
            try:
                return action(*args, **kwargs)
            except DatabaseError as error:
                if not may_be_tried_again(error) or monotonic() - began > NOT_AFTER:
                    raise
            sleep(FIRST_WAIT * (1 << number) * random.uniform(0.5, 1))  # noqa: S311 - spreads load, guards nothing
        return action(*args, **kwargs)

    return trying


# Whether this thread is inside an action of which all is kept or nothing.
_inside: ContextVar[bool] = ContextVar("inside", default=False)


def whole(action: Callable[P, R]) -> Callable[P, R]:
    """An action of which all is kept or nothing, and which is tried again where the database broke it off.

    Inside another such action it is a part of that one: there is no way back to before it, so whoever catches what it
    raises can only let all be undone.
    """

    @wraps(action)
    def one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            with transaction.atomic(savepoint=False):
                return action(*args, **kwargs)
        token = _inside.set(True)
        try:
            with transaction.atomic():
                return action(*args, **kwargs)
        finally:
            _inside.reset(token)

    return tried_again(one_transaction)
