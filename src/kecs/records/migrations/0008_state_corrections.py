"""An account may have stated its identity more than once: a correction that staff granted is a row with the next number."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kecs.audit.triggers import lift

[refusal, _identity] = import_module("kecs.records.migrations.0002_lock_identities").Migration.operations


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0007_tell_how_holdings_end"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        lift(refusal),
        migrations.AddField("statedidentity", "number", models.PositiveSmallIntegerField(default=1)),
        migrations.AlterField(
            "statedidentity",
            "account",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stated_identity",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            "statedidentity",
            models.UniqueConstraint(fields=["account", "number"], name="records_stated_once"),
        ),
        refusal,
    ]
