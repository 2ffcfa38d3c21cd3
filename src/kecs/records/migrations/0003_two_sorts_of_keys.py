"""Search keys, which the public pages may look up, and linkage keys, which they may not.

The linkage keys of records made before this are missing until `kecs reindex` has run.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SEARCH_KINDS = ("birth_date+last4", "ssn")


def keep_search_keys_only(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """The former keys with a surname have no place any more."""
    apps.get_model("records", "IdentityKey").objects.exclude(kind__in=SEARCH_KINDS).delete()


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("records", "0002_lock_identities"),
    ]

    operations = [
        migrations.RunPython(keep_search_keys_only, migrations.RunPython.noop, elidable=True),
        migrations.CreateModel(
            name="LinkageKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "digest", "record_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.BinaryField(max_length=8)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="linkage_keys",
                        to="records.educatorrecord",
                    ),
                ),
                ("key_id", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="WaitingIdentity",
            fields=[
                (
                    "stated",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="waiting",
                        serialize=False,
                        to="records.statedidentity",
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.RemoveConstraint(model_name="identitykey", name="records_identity_key_once"),
        migrations.RemoveConstraint(model_name="identitykey", name="records_one_record_per_ssn"),
        migrations.AddField(
            model_name="identitykey",
            name="stated",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="identity_keys",
                to="records.statedidentity",
            ),
        ),
        migrations.AlterField(
            model_name="identitykey",
            name="record",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="identity_keys",
                to="records.educatorrecord",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitykey",
            constraint=models.UniqueConstraint(fields=("digest", "record"), name="records_identity_key_once"),
        ),
        migrations.AddConstraint(
            model_name="identitykey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stated__isnull", False)),
                fields=("stated", "digest"),
                name="records_stated_identity_key_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitykey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "ssn")), fields=("digest",), name="records_one_person_per_ssn"
            ),
        ),
        migrations.AddConstraint(
            model_name="identitykey",
            constraint=models.CheckConstraint(
                condition=models.Q(("record__isnull", True), ("stated__isnull", True), _connector="XOR"),
                name="records_identity_key_leads_to_one",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="other_account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
