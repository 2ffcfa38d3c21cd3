"""The content of every table, and what is different afterwards, column by column."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

Contents = dict[str, dict[Any, dict[str, Any]]]


@dataclass(frozen=True, order=True)
class Change:
    """A column of a row; `column` is "+" for a row that came, "-" for one that went."""

    table: str
    column: str
    row: str = ""

    def __str__(self) -> str:
        return f"{self.table}.{self.column} ({self.row})"


def models() -> list[type[Model]]:
    """Every table of the portal, those between two others included."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def contents() -> Contents:
    """Every row of every table, by its key."""
    return {model._meta.db_table: _rows(model) for model in models()}


def _rows(model: type[Model]) -> dict[Any, dict[str, Any]]:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own table names
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]
    key = getattr(model._meta.pk, "column", None)
    return {row[key] if key else tuple(row.values()): row for row in rows}


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def changed(before: Contents, after: Contents) -> list[Change]:
    """In order."""
    return sorted(set(_changes(before, after)))


def _changes(before: Contents, after: Contents) -> Iterator[Change]:
    for table, rows in after.items():
        old = before.get(table, {})
        for key, row in rows.items():
            if key not in old:
                yield Change(table, "+", str(key))
                continue
            for column, value in row.items():
                if value != old[key][column]:
                    yield Change(table, column, str(key))
        for key in old.keys() - rows.keys():
            yield Change(table, "-", str(key))
