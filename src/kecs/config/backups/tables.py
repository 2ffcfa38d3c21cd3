"""What a database holds, table by table: how many rows, and one digest over all of them; this package compares it after a restore."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from django.db import connection

Counted = dict[str, tuple[int, str]]
_FETCH = 2_000


def tables() -> list[str]:
    """Every table there is, ours and others'."""
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


def counted() -> Counted:
    """Rows and digest of each table, as the transaction that runs sees it."""
    return {table: _counted(table) for table in tables()}


def _counted(table: str) -> tuple[int, str]:
    digest, rows = sha256(), 0
    for line in _lines(table):
        digest.update(line)
        rows += 1
    return rows, digest.hexdigest()


def _lines(table: str) -> Iterator[bytes]:
    """The rows in the order of their key, each in one form."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {quote(table)} LIMIT 0")  # noqa: S608 - a name that the database gave
        columns = [column[0] for column in cursor.description]
        keys = connection.introspection.get_primary_key_columns(cursor, table) or columns
        order = ", ".join(quote(column) for column in keys)
        listed = ", ".join(quote(column) for column in sorted(columns))
        statement = f"SELECT {listed} FROM {quote(table)} ORDER BY {order}"  # noqa: S608 - names that the database gave
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ({statement}) TO STDOUT") as copy:
                yield from _lines_in(copy)
            return
        # As SQL would write the values: whoever opened the file, they read the same.
        written = ", ".join(f"quote({quote(column)})" for column in sorted(columns))
        cursor.execute(f"SELECT {written} FROM {quote(table)} ORDER BY {order}")  # noqa: S608 - as above
        while rows := cursor.fetchmany(_FETCH):
            for row in rows:
                yield repr(row).encode() + b"\n"


def _lines_in(copy: Any) -> Iterator[bytes]:
    """Of PostgreSQL's text form a row is a line: what is a line break inside a value is written otherwise."""
    rest = b""
    for block in copy:
        lines = (rest + bytes(block)).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield line + b"\n"
