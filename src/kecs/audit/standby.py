"""Long reads that are about nobody in particular may go to a standby: ADR 38. Everything else reads where it writes."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import DatabaseError, connections

STANDBY = "standby"  # in settings.DATABASES where DATABASE_STANDBY_URL is set
AS_OLD_AS = 30.0  # seconds
_reading: ContextVar[bool] = ContextVar("reading_from_standby", default=False)
_logger = logging.getLogger(__name__)
Read = TypeVar("Read")


class StandbyRouter:
    """Django's question where a model is read; named in settings.DATABASE_ROUTERS."""

    def db_for_read(self, _model: Any, **_hints: Any) -> str | None:
        """The standby inside of `read_from_standby`."""
        return STANDBY if _reading.get() else None

    def allow_relation(self, _one: Any, _other: Any, **_hints: Any) -> bool:
        """Both are the same data."""
        return True

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool | None:
        """It gets its tables from the primary."""
        return False if db == STANDBY else None


def read_from_standby(read: Callable[[], Read]) -> Read:
    """What `read` returns, by a standby that is at most AS_OLD_AS seconds behind; else, or where it fails, by the primary.

    `read` writes nothing, and returns no query that is still to be asked. It may be called twice.
    """
    if STANDBY in connections.settings and _keeps_up():
        token = _reading.set(True)
        try:
            return read()
        except DatabaseError:  # it went away, or the primary removed rows that it was still reading
            _logger.warning("standby left out", exc_info=True)
        finally:
            _reading.reset(token)
    return read()


def _keeps_up() -> bool:
    try:
        with connections[STANDBY].cursor() as cursor:
            # It may have been promoted since. One whose stream is cut has replayed all that it received, however old that is.
            cursor.execute(
                """SELECT NOT pg_is_in_recovery() OR (
                    EXISTS (SELECT 1 FROM pg_stat_wal_receiver WHERE pid IS NOT NULL)
                    AND (
                        pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
                        OR clock_timestamp() - pg_last_xact_replay_timestamp() < make_interval(secs => %s)
                    )
                )""",
                [AS_OLD_AS],
            )
            return bool(cursor.fetchone()[0])
    except DatabaseError:
        _logger.warning("standby left out", exc_info=True)
        return False
