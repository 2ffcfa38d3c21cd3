"""Two records may become one, and two again: what was merged, the numbers that lead to the survivor, and one more ending.

The trigger keeps a number that leads to a record from becoming the number of another one. It stands on
records_educatorrecord: a migration that remakes that table on SQLite must make it anew (a test tells).
"""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import kecs.pii.fields

NAME = "records_number_of_one_record"
MESSAGE = "this number leads to another record"
ELSEWHERE = (
    "SELECT 1 FROM records_recordnumber WHERE staff_unique_id = NEW.staff_unique_id AND record_id <> NEW.id"
)
CHANGED = "OLD.staff_unique_id <> NEW.staff_unique_id"


def add(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(
            f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF EXISTS ({ELSEWHERE}) THEN "
            f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$"
        )
        for verb, when in (("INSERT", ""), ("UPDATE", f" WHEN ({CHANGED})")):
            editor.execute(
                f"CREATE TRIGGER {NAME}_{verb.lower()} BEFORE {verb} ON records_educatorrecord "
                f"FOR EACH ROW{when} EXECUTE FUNCTION {NAME}()"
            )
        return
    for verb, when in (("INSERT", ""), ("UPDATE", f"{CHANGED} AND ")):
        editor.execute(
            f"CREATE TRIGGER {NAME}_{verb.lower()} BEFORE {verb} ON records_educatorrecord FOR EACH ROW "
            f"WHEN {when}EXISTS ({ELSEWHERE}) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )


def remove(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    of_table = " ON records_educatorrecord" if editor.connection.vendor == "postgresql" else ""
    for verb in ("insert", "update"):
        editor.execute(f"DROP TRIGGER {NAME}_{verb}{of_table}")
    if of_table:
        editor.execute(f"DROP FUNCTION {NAME}()")


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0012_undo_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordMerge",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("survivor_id", models.UUIDField(db_index=True)),
                ("absorbed_id", models.UUIDField(db_index=True)),
                ("absorbed_number", models.CharField(max_length=32)),
                ("choices", models.JSONField(default=dict)),
                ("reason", models.CharField(max_length=32)),
                ("both_held", models.BooleanField()),
                ("state", models.CharField(max_length=16)),
                ("seen_digest", models.BinaryField(max_length=16)),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("proposed_by", models.CharField(max_length=100)),
                ("lapses_at", models.DateTimeField(blank=True, null=True)),
                ("merged_at", models.DateTimeField(blank=True, null=True)),
                ("merged_by", models.CharField(blank=True, max_length=100)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.CharField(blank=True, max_length=100)),
                ("case_id", models.UUIDField(blank=True, null=True)),
                ("before_sealed", kecs.pii.fields.SealedField(blank=True, null=True)),
                ("after_sealed", kecs.pii.fields.SealedField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RecordNumber",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("staff_unique_id", models.CharField(max_length=32)),
                ("former_id", models.UUIDField(blank=True, null=True, unique=True)),
                ("told_sealed", kecs.pii.fields.SealedField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="holding",
            name="records_holding_released_at_by",
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at", None), ("released_because", ""), ("released_by", "")),
                    models.Q(
                        ("released_at__isnull", False),
                        ("released_because__in", ["lapsed", "superseded", "disavowed", "staff", "merged"]),
                        models.Q(("released_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="records_holding_released_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("survivor_id", models.F("absorbed_id")), _negated=True),
                name="records_merge_of_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["proposed", "withdrawn", "lapsed", "merged", "undone"])),
                name="records_merge_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordmerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "merged")), fields=("absorbed_id",), name="records_absorbed_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="recordmerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("survivor_id",),
                name="records_merge_proposed_once_survivor",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordmerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("absorbed_id",),
                name="records_merge_proposed_once_absorbed",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("both_held", False),
                    ("merged_at", None),
                    models.Q(("merged_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="records_merge_of_held_needs_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("merged_at__isnull", False),
                        ("state__in", ["merged", "undone"]),
                        models.Q(("merged_by", ""), _negated=True),
                    ),
                    models.Q(
                        ("before_sealed", None),
                        ("both_held", True),
                        ("lapses_at__isnull", False),
                        ("merged_at", None),
                        ("merged_by", ""),
                        ("state__in", ["proposed", "withdrawn", "lapsed"]),
                    ),
                    _connector="OR",
                ),
                name="records_merge_merged_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", ""), ("state__in", ["proposed", "merged"])),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("state__in", ["withdrawn", "lapsed", "undone"]),
                        models.Q(("ended_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="records_merge_ended_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "merged"), _negated=True),
                    models.Q(("after_sealed__isnull", False), ("before_sealed__isnull", False)),
                    _connector="OR",
                ),
                name="records_merge_keeps_before",
            ),
        ),
        migrations.AddField(
            model_name="recordnumber",
            name="record",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="record_numbers",
                to="records.educatorrecord",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordnumber",
            constraint=models.UniqueConstraint(
                fields=("staff_unique_id",), name="records_number_leads_to_one"
            ),
        ),
        migrations.RunPython(add, remove),
    ]
