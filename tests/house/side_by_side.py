"""What a migration does that the version before, still serving, could not live with.

A deploy runs `kecs migrate` while old processes serve, and old and new ones serve side by side until the last has changed
(docs/runbooks/deploy.md, "Expand and contract"). Read from the operations, so no database is asked.
"""

from collections.abc import Iterator, Sequence

from django.db import connection, migrations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field, UniqueConstraint

from kecs.audit.indexes import AddIndexBesideWriters

# What takes nothing away and holds no table up.
HARMLESS = (
    migrations.CreateModel,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterModelTableComment,
    migrations.RemoveConstraint,
    migrations.RemoveIndex,
    migrations.RenameIndex,
    AddIndexBesideWriters,
)


def harm(app: str, operations: Sequence[Operation], state: ProjectState, made: set[str]) -> Iterator[str]:
    """A sentence for each step that harms. `state` is what stood before, and moves on; `made` are tables that the old version never saw."""
    for operation in operations:
        if isinstance(operation, migrations.CreateModel):
            made.add(f"{app}.{operation.name_lower}")
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from harm(app, operation.database_operations, state.clone(), made)
            yield from _left_to_the_database(app, operation.state_operations, state)
        elif f"{app}.{_table(operation)}" not in made:
            yield from (f"{operation.describe()}: {why}" for why in _why(app, operation, state))
        operation.state_forwards(app, state)


def _table(operation: Operation) -> str:
    named = getattr(operation, "model_name", None) or getattr(operation, "name", None) or ""
    return str(named).lower()


def _why(app: str, operation: Operation, state: ProjectState) -> Iterator[str]:
    if isinstance(operation, HARMLESS):
        return
    if isinstance(operation, migrations.AddField):
        yield from _added(operation.field)
    elif isinstance(operation, migrations.AlterField):
        yield from _altered(_field(app, operation, state), operation.field)
    elif isinstance(operation, migrations.AddIndex):
        yield "writers wait until the index is built; use AddIndexBesideWriters"
    elif isinstance(operation, migrations.AddConstraint):
        index = (
            "writers wait until its index is built, and "
            if isinstance(operation.constraint, UniqueConstraint)
            else ""
        )
        yield f"{index}the old version may write what it refuses"
    elif isinstance(operation, migrations.RunPython | migrations.RunSQL):
        yield "nobody can read from a step of code what it does to the old version"
    else:
        yield "the old version still uses what this takes away or names anew"


def _added(field: Field) -> Iterator[str]:
    if field.many_to_many:
        return  # a table of its own
    if not field.null and not field.has_db_default():
        yield "NOT NULL without db_default: the old version, which does not name the column, can write no row"
    if not field.null and (field.unique or field.one_to_one):
        yield "one default for all rows is not unique"


def _altered(before: Field, after: Field) -> Iterator[str]:
    if before.column != after.column:
        yield "the old version uses the column under its old name"
    if _base_type(before) != _base_type(after):
        yield f"the table is written anew, or the old version reads another type ({_base_type(before)} to {_base_type(after)})"
    elif (after.max_length or 0) < (before.max_length or 0) or (after.max_length and not before.max_length):
        yield "the old version may write what is too long now"
    if before.null and not after.null:
        yield "the old version may write NULL"
    if before.has_db_default() and not after.has_db_default() and not after.null:
        yield "without db_default whoever does not name the column can write no row"
    if (after.unique and not before.unique) or (
        getattr(after, "db_index", False) and not getattr(before, "db_index", False)
    ):
        yield "writers wait until the index is built"


def _base_type(field: Field) -> str:
    """Without its length: `varchar`."""
    return (field.db_type(connection) or "").partition("(")[0]


def _field(app: str, operation: migrations.AlterField, state: ProjectState) -> Field:
    field: Field = state.models[app, operation.model_name_lower].fields[operation.name]
    field.set_attributes_from_name(operation.name)
    operation.field.set_attributes_from_name(operation.name)
    return field


def _left_to_the_database(app: str, operations: Sequence[Operation], state: ProjectState) -> Iterator[str]:
    """A column that only the models forget: the new version must be able to write rows without naming it."""
    for operation in operations:
        if isinstance(operation, migrations.RemoveField):
            field = state.models[app, operation.model_name_lower].fields[operation.name]
            if not field.null and not field.has_db_default():
                yield f"{operation.describe()}: NOT NULL without db_default, so the new version can write no row"
