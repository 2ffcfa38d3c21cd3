import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import kecs.pii.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EducatorRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("staff_unique_id", models.CharField(max_length=32, unique=True)),
                ("first_name", models.CharField(blank=True, max_length=128)),
                ("middle_name", models.CharField(blank=True, max_length=128)),
                ("last_surname", models.CharField(blank=True, max_length=128)),
                ("generation_code_suffix", models.CharField(blank=True, max_length=10)),
                ("birth_date_sealed", kecs.pii.fields.SealedField(blank=True, null=True)),
                ("ssn_sealed", kecs.pii.fields.SealedField(blank=True, null=True)),
                ("contact_email", models.EmailField(blank=True, max_length=254)),
                ("deceased", models.BooleanField(default=False)),
                ("identity_version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="StatedIdentity",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("first_name", models.CharField(max_length=128)),
                ("last_surname", models.CharField(max_length=128)),
                ("birth_date_sealed", kecs.pii.fields.SealedField(blank=True, null=True)),
                ("ssn_sealed", kecs.pii.fields.SealedField(blank=True, null=True)),
                ("stated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stated_identity",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(db_index=True, max_length=32)),
                ("because", models.JSONField(default=list)),
                ("facts_sealed", kecs.pii.fields.SealedField(blank=True, null=True)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("opened_by", models.CharField(max_length=100)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by", models.CharField(blank=True, max_length=100)),
                ("outcome", models.CharField(blank=True, max_length=32)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("records", models.ManyToManyField(related_name="cases", to="records.educatorrecord")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", "")),
                            models.Q(
                                ("closed_at__isnull", False), models.Q(("closed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="records_case_closed_at_by",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Holding",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("level", models.SmallIntegerField()),
                ("because", models.JSONField(default=list)),
                ("held_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("held_by", models.CharField(max_length=100)),
                ("frozen_at", models.DateTimeField(blank=True, null=True)),
                ("frozen_by", models.CharField(blank=True, max_length=100)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                ("released_by", models.CharField(blank=True, max_length=100)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holdings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to="records.educatorrecord",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None)),
                        fields=("record",),
                        name="records_one_live_holding_per_record",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None)),
                        fields=("account",),
                        name="records_one_live_holding_per_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at", None), ("released_by", "")),
                            models.Q(
                                ("released_at__isnull", False), models.Q(("released_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="records_holding_released_at_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", [0, 1, 2])), name="records_holding_level_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("frozen_at", None), ("frozen_by", "")),
                            models.Q(
                                ("frozen_at__isnull", False), models.Q(("frozen_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="records_holding_frozen_at_by",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdentityKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=32)),
                ("key_id", models.PositiveSmallIntegerField()),
                ("digest", models.BinaryField(max_length=16)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identity_keys",
                        to="records.educatorrecord",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "key_id", "digest", "record"), name="records_identity_key_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "ssn")),
                        fields=("kind", "key_id", "digest"),
                        name="records_one_record_per_ssn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OtherName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=128)),
                ("last_surname", models.CharField(blank=True, max_length=128)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="other_names",
                        to="records.educatorrecord",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("record", "first_name", "last_surname"), name="records_other_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_name", ""), ("last_surname", ""), _negated=True),
                        name="records_other_name_not_empty",
                    ),
                ],
            },
        ),
    ]
