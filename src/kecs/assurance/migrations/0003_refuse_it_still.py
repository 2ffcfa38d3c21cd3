"""The trigger of 0002 once more: on SQLite, records_holding was remade for one more ending, and lost it."""

from importlib import import_module

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

trigger = import_module("kecs.assurance.migrations.0002_refuse_level_two_without_evidence")


def add_again(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        return
    for verb in ("insert", "update"):
        editor.execute(f"DROP TRIGGER IF EXISTS {trigger.NAME}_{verb}")
    trigger.add(apps, editor)


class Migration(migrations.Migration):
    dependencies = [
        ("assurance", "0002_refuse_level_two_without_evidence"),
        ("records", "0013_merge_records"),
    ]

    operations = [migrations.RunPython(add_again, migrations.RunPython.noop)]
