"""Evidence, codes, letters and notices of claims."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("records", "0007_tell_how_holdings_end"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClaimNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("why", models.CharField(max_length=16)),
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "holding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claim_notices",
                        to="records.holding",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClaimCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("digest", models.BinaryField(max_length=16)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "holding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claim_codes",
                        to="records.holding",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("holding", "kind"), name="assurance_one_code_a_kind"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["code_to_address", "letter_code"])),
                        name="assurance_code_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=16)),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("given_by", models.CharField(max_length=100)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "holding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="records.holding",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("holding", "kind"),
                        name="assurance_one_live_evidence_a_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "address_on_file",
                                    "code_to_address",
                                    "letter_code",
                                    "staff_check",
                                    "district_check",
                                ],
                            )
                        ),
                        name="assurance_evidence_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("asked_by", models.CharField(max_length=100)),
                ("printed_at", models.DateTimeField(blank=True, null=True)),
                ("posted_at", models.DateTimeField(blank=True, null=True)),
                ("posted_by", models.CharField(blank=True, max_length=100)),
                (
                    "holding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="letters",
                        to="records.holding",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("posted_at", None)),
                        fields=["asked_at"],
                        name="assurance_letters_to_post",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("posted_at", None)),
                        fields=("holding",),
                        name="assurance_one_letter_to_post",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("posted_at", None), ("posted_by", "")),
                            models.Q(
                                ("posted_at__isnull", False),
                                ("printed_at__isnull", False),
                                models.Q(("posted_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="assurance_letter_posted_at_by",
                    ),
                ],
            },
        ),
    ]
