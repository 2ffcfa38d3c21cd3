"""Triggers that make a table append-only on both databases; migrations call this."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def refuse(*, table: str, operation: str, name: str, message: str, when: str = "") -> migrations.RunPython:
    """A migration step: the database refuses `operation` (UPDATE or DELETE) on `table`, for rows where `when` holds.

    `when` is an SQL condition over OLD and NEW that both databases understand; empty means always.
    """
    condition = f" WHEN ({when})" if when else ""

    def add(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW{condition} EXECUTE FUNCTION {name}()"
            )
        else:
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW{condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )

    def remove(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {name} ON {table}")
            editor.execute(f"DROP FUNCTION {name}()")
        else:
            editor.execute(f"DROP TRIGGER {name}")

    return migrations.RunPython(add, remove)


def lift(refusal: migrations.RunPython) -> migrations.RunPython:
    """A migration step: take back what `refuse` made, before the table changes; SQLite would lose it on the way.

    The step that `refuse` returned stands once more after the change.
    """
    if refusal.reverse_code is None:
        raise ValueError("Nothing takes this step back.")
    return migrations.RunPython(refusal.reverse_code, refusal.code)
