"""What tests that commit leave behind is removed, and nothing else is done: Django's own way does more than we need.

It empties every table, then makes the lists of tables and permissions again, which no migration of ours reads and no test
changes. That took four fifths of the time between two such tests.
"""

from functools import cache
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction

# The same from the first migration to the last test.
KEPT = frozenset({"django_content_type", "auth_permission"})


@cache
def tables() -> list[str]:
    """Every table that tests write to. Asked once: tests make no tables."""
    return sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)


def tables_with_rows() -> list[str]:
    """Those of them that hold anything."""
    quoted = {name: connection.ops.quote_name(name) for name in tables()}
    asked = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {table})"  # noqa: S608 - names of our own tables
        for name, table in quoted.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [name for (name,) in cursor.fetchall()]


def empty_tables(_case: Any = None) -> None:
    """Leave no row in any table that tests write to. The log refuses DELETE, so its trigger is away for that moment."""
    filled = tables_with_rows()
    if not filled:
        return
    if connection.vendor != "sqlite":
        connection.ops.execute_sql_flush(
            connection.ops.sql_flush(no_style(), filled, reset_sequences=False, allow_cascade=True)
        )
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_event_no_delete'")
        [trigger] = cursor.fetchone()
        cursor.execute("DROP TRIGGER audit_event_no_delete")
        for name in filled:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")  # noqa: S608
        cursor.execute(trigger)
