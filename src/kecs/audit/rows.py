"""Many rows of a table made ready at once, and written at once: by COPY on PostgreSQL, by executemany on SQLite.

Called by audit's actions and by the import's apply, inside their transactions. Rows may be made ready in another process
than the one that writes them; neither an object nor a signal comes between.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models

# On PostgreSQL the text of a COPY, on SQLite the parameters of one statement.
Packed = bytes | list[tuple[Any, ...]]

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the database at hand wants a value. Cells that many rows share need to be put into it only once."""

    text: Callable[[str], Any]
    data: Callable[[bytes | None], Any]
    uuid: Callable[[UUID], Any]
    moment: Callable[[datetime], Any]
    flag: Callable[[bool], Any]
    number: Callable[[int], Any]
    packed: Callable[[Iterable[tuple[Any, ...]]], Packed]


def _copy_text(text: str) -> str:
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPES)


def _copy_data(data: bytes | None) -> str:
    return "\\N" if data is None else "\\\\x" + data.hex()


def _copy_packed(rows: Iterable[tuple[str, ...]]) -> bytes:
    return "".join(["\t".join(row) + "\n" for row in rows]).encode()


_ESCAPED = re.compile(r"\\(.)")
_MEANS = {"t": "\t", "n": "\n", "r": "\r"}


def _cell(text: str) -> str | None:
    return None if text == "\\N" else _ESCAPED.sub(lambda found: _MEANS.get(found[1], found[1]), text)


def unpacked(rows: Packed) -> list[tuple[Any, ...]]:
    """Packed rows as the parameters of a statement, each for its own: text on PostgreSQL, which reads it by the column's type."""
    if isinstance(rows, list):
        return rows
    return [tuple(map(_cell, line.split("\t"))) for line in rows.decode().split("\n")[:-1]]


def _as_it_is(value: Any) -> Any:
    return value


_FORMS = {
    "postgresql": Form(
        text=_copy_text,
        data=_copy_data,
        uuid=lambda value: value.hex,
        moment=datetime.isoformat,
        flag=lambda value: "t" if value else "f",
        number=str,
        packed=_copy_packed,
    ),
    "sqlite": Form(
        text=_as_it_is,
        data=_as_it_is,
        uuid=lambda value: value.hex,
        moment=lambda value: connection.ops.adapt_datetimefield_value(value),  # noqa: PLW0108 - known once connected
        flag=int,
        number=_as_it_is,
        packed=list,
    ),
}


def form() -> Form:
    """The form of the database that this process is connected to."""
    return _FORMS[connection.vendor]


@cache
def _columns_of(model: type[models.Model]) -> tuple["models.Field[Any, Any]", ...]:
    """All but a number that the database gives."""
    return tuple(each for each in model._meta.local_concrete_fields if each is not model._meta.auto_field)


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one table by one statement. Raises IntegrityError.

    For the few that every registration writes: `save` and `bulk_create` take two to four times as long to write it. A number
    that the database gives is not read back.
    """
    if not rows:
        return
    columns = _columns_of(type(rows[0]))
    names = ", ".join(f'"{each.column}"' for each in columns)
    places = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(rows))
    values = [each.get_db_prep_save(each.pre_save(row, True), connection) for row in rows for each in columns]
    table = rows[0]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({names}) VALUES {places}', values)  # noqa: S608 - our own names


def insert_packed(table: str, columns: Sequence[str], rows: Packed) -> None:
    """Insert rows that were packed with these columns. Raises IntegrityError."""
    if not rows:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if isinstance(rows, bytes):
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                copy.write(rows)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608 - our own names
