"""One index for each question to the log, without the ones for LIKE that PostgreSQL was given besides."""

from importlib import import_module

from django.db import migrations, models

from kecs.audit.triggers import lift

refusals = import_module("kecs.audit.migrations.0002_refuse_changes_to_events").Migration.operations


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_refuse_changes_to_events")]

    operations = [
        *map(lift, refusals),
        migrations.AlterField("auditevent", "code", models.CharField(max_length=100)),
        migrations.AlterField("auditevent", "subject", models.CharField(max_length=100)),
        migrations.AddIndex("auditevent", models.Index(fields=["code", "sequence"], name="audit_by_code")),
        migrations.AddIndex(
            "auditevent", models.Index(fields=["subject", "sequence"], name="audit_by_subject")
        ),
        *refusals,
    ]
