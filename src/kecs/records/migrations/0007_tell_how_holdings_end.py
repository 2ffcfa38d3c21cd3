"""Holdings tell how they end: a claim without evidence by itself, and others by what came of them. Contests stand beside them."""

from datetime import timedelta

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def fill(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Claims from before have their seven days from when they were made; those that ended were ended by staff."""
    holding = apps.get_model("records", "Holding")
    holding.objects.filter(level=1, released_at=None).update(
        provisional_until=models.F("held_at") + timedelta(days=7)
    )
    holding.objects.exclude(released_at=None).update(released_because="staff")
    holding.objects.exclude(frozen_at=None).filter(level=2).update(level=1)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0006_ids_in_order"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="holding",
            name="records_one_live_holding_per_record",
        ),
        migrations.RemoveConstraint(
            model_name="holding",
            name="records_holding_released_at_by",
        ),
        migrations.AddField(
            model_name="holding",
            name="contact_digest",
            field=models.BinaryField(blank=True, max_length=16, null=True),
        ),
        migrations.AddField(
            model_name="holding",
            name="contests",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="holding",
            name="provisional_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="holding",
            name="released_because",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(
                    ("frozen_at", None), ("provisional_until__isnull", False), ("released_at", None)
                ),
                fields=["provisional_until"],
                name="records_holding_lapses",
            ),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("contests", True), ("released_at", None)),
                fields=["record"],
                name="records_holding_contested",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("contests", False), ("released_at", None)),
                fields=("record",),
                name="records_one_live_holding_per_record",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at", None), ("released_because", ""), ("released_by", "")),
                    models.Q(
                        ("released_at__isnull", False),
                        ("released_because__in", ["lapsed", "superseded", "disavowed", "staff"]),
                        models.Q(("released_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="records_holding_released_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(("frozen_at", None), ("level__lte", 1), _connector="OR"),
                name="records_holding_frozen_is_not_verified",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("contests", False),
                    models.Q(("frozen_at", None), ("level", 0), ("provisional_until__isnull", False)),
                    _connector="OR",
                ),
                name="records_holding_contest_sees_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("provisional_until__isnull", False),
                    models.Q(("frozen_at", None), ("level", 1), ("released_at", None), _negated=True),
                    _connector="OR",
                ),
                name="records_holding_provisional_ends",
            ),
        ),
    ]
