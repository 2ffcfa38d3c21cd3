"""An index that is built while people write; migrations call this."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from kecs.audit.transactions import waiting_for_locks


class AddIndexBesideWriters(AddIndexConcurrently):
    """`AddIndex` that keeps no writer waiting on PostgreSQL. Its migration says `atomic = False`, and holds nothing else.

    SQLite knows no such thing: there one writer at a time is the rule, and the index is built as any.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Build it. What is left of a try that did not come to its end goes first. Nobody waits behind it, so it may wait."""
        with waiting_for_locks(schema_editor.connection, at_most="0"):
            if schema_editor.connection.vendor == "postgresql":
                name = schema_editor.quote_name(self.index.name)
                schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            self._by_database(schema_editor).database_forwards(
                self, app_label, schema_editor, from_state, to_state
            )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop it."""
        self._by_database(schema_editor).database_backwards(
            self, app_label, schema_editor, from_state, to_state
        )

    @staticmethod
    def _by_database(schema_editor: BaseDatabaseSchemaEditor) -> Any:
        return (
            AddIndexConcurrently if schema_editor.connection.vendor == "postgresql" else migrations.AddIndex
        )
