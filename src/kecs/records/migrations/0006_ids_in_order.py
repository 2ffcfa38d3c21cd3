"""New records have ids in the order of time, and one index for the number that staff know them by."""

from importlib import import_module

from django.db import migrations, models

from kecs.audit.triggers import lift
from kecs.records.record_ids import new_record_id

[_stated, refusal] = import_module("kecs.records.migrations.0002_lock_identities").Migration.operations


class Migration(migrations.Migration):
    dependencies = [("records", "0005_remember_runs")]

    operations = [
        lift(refusal),
        migrations.AlterField(
            "educatorrecord",
            "id",
            models.UUIDField(default=new_record_id, editable=False, primary_key=True, serialize=False),
        ),
        migrations.AlterField("educatorrecord", "staff_unique_id", models.CharField(max_length=32)),
        migrations.AddConstraint(
            "educatorrecord",
            models.UniqueConstraint(
                fields=["staff_unique_id"], name="records_one_record_per_staff_unique_id"
            ),
        ),
        refusal,
    ]
