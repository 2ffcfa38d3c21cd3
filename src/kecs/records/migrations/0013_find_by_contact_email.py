"""The address on file can be looked up, in any case. On PostgreSQL records are read and written while the index is made."""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Lower

INDEX = "records_by_contact_email"


class AddIndexWhileInUse(migrations.AddIndex):
    """CREATE INDEX CONCURRENTLY where the database can; safe to repeat after it was interrupted."""

    def database_forwards(self, app_label: str, editor: Any, from_state: Any, to_state: Any) -> None:
        """Adds it."""
        if editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        # What an interrupted one left behind has the name, and is not used.
        editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {editor.quote_name(self.index.name)}")
        editor.add_index(model, self.index, concurrently=True)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("records", "0009_find_people")]

    operations = [
        AddIndexWhileInUse(
            "educatorrecord",
            models.Index(Lower("contact_email"), condition=models.Q(contact_email__gt=""), name=INDEX),
        ),
    ]
