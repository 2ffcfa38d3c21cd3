"""Files of records that staff send, and what undoing an import needs."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import kecs.pii.fields


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0011_work_on_cases"),
    ]

    operations = [
        migrations.CreateModel(
            name="NotUndone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record_id", models.UUIDField()),
                ("why", models.CharField(max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name="UndoBatch",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("after", models.PositiveIntegerField()),
                ("at", models.DateTimeField(db_index=True)),
                ("created", models.BinaryField(default=bytes)),
                ("before_sealed", kecs.pii.fields.SealedField(blank=True, null=True)),
                ("taken_over", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(blank=True, max_length=100)),
                ("size", models.PositiveBigIntegerField()),
                ("columns", models.JSONField(default=list)),
                ("unknown", models.JSONField(default=list)),
                ("state", models.CharField(default="checking", max_length=16)),
                ("content", models.CharField(blank=True, max_length=64)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("read", models.PositiveIntegerField(default=0)),
                ("read_before", models.PositiveIntegerField(default=0)),
                ("created", models.PositiveIntegerField(default=0)),
                ("updated", models.PositiveIntegerField(default=0)),
                ("same", models.PositiveIntegerField(default=0)),
                ("rejected", models.PositiveIntegerField(default=0)),
                ("problems", models.JSONField(default=dict)),
                ("failed_because", models.CharField(blank=True, max_length=40)),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_by", models.CharField(max_length=100)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("asked_by", models.CharField(blank=True, max_length=100)),
                ("asked_because", models.CharField(blank=True, max_length=24)),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                ("moved_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("undo_asked_by", models.CharField(blank=True, max_length=100)),
                ("undo_because", models.CharField(blank=True, max_length=24)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("destroyed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="run",
            name="removed",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="restored",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="undone_by",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_by", "")),
                    models.Q(("undone_at__isnull", False), models.Q(("undone_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="records_run_undone_at_by",
            ),
        ),
        migrations.AddField(
            model_name="notundone",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="not_undone", to="records.run"
            ),
        ),
        migrations.AddField(
            model_name="undobatch",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="undo_batches", to="records.run"
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "checking",
                            "checked",
                            "loading",
                            "loaded",
                            "stopped",
                            "undoing",
                            "undone",
                            "discarded",
                            "failed",
                        ],
                    )
                ),
                name="records_upload_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_at", None), ("asked_because", ""), ("asked_by", "")),
                    models.Q(
                        ("asked_at__isnull", False),
                        models.Q(("asked_by", ""), _negated=True),
                        models.Q(("asked_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="records_upload_asked_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease_token", None), ("leased_until", None)),
                    models.Q(("lease_token__isnull", False), ("leased_until__isnull", False)),
                    _connector="OR",
                ),
                name="records_upload_lease_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="notundone",
            constraint=models.UniqueConstraint(fields=("run", "record_id"), name="records_not_undone_once"),
        ),
        migrations.AddConstraint(
            model_name="undobatch",
            constraint=models.UniqueConstraint(fields=("run", "after"), name="records_undo_batch_once"),
        ),
    ]
