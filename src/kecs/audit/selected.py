"""The rows of a SELECT that is written out, for the few that every registration sends; rooms' queries stand on this.

Django takes ten times as long to write one as both databases take to answer it. What SQLite hands out differs from what
PostgreSQL does: `as_uuid` and `as_moment` make one of the two.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection


def rows_of(wanted: str, *values: Any) -> list[Sequence[Any]]:
    """`wanted` is what stands after SELECT, in words of our own; `values` take the places of its `%s`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {wanted}", [value.hex if isinstance(value, UUID) else value for value in values]
        )
        return list(cursor.fetchall())


def first_row(wanted: str, *values: Any) -> Sequence[Any] | None:
    """The same where one row is asked for, or the first."""
    return next(iter(rows_of(wanted, *values)), None)


def as_uuid(value: Any) -> UUID:
    """SQLite hands out text."""
    return value if isinstance(value, UUID) else UUID(value)


def as_moment(value: Any) -> datetime:
    """SQLite hands it out in UTC without saying so."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_moment_or_none(value: Any) -> datetime | None:
    """The same of a column that may be empty."""
    return None if value is None else as_moment(value)
