"""Staff hold roles. Whoever was marked as staff before gets those that open what she could open."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

OPENED_THE_DESK = ("help_desk", "records", "reviewer")


def give(apps: Any, _schema_editor: Any) -> None:
    held_role = apps.get_model("accounts", "HeldRole")
    marked = apps.get_model("accounts", "User").objects.filter(is_staff=True)
    held_role.objects.bulk_create(
        held_role(account=account, role=role, given_at=timezone.now(), given_by="system:migration")
        for account in marked
        for role in OPENED_THE_DESK
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_keep_addresses_sessions_and_recoveries")]

    operations = [
        migrations.CreateModel(
            name="HeldRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(max_length=32)),
                ("given_at", models.DateTimeField()),
                ("given_by", models.CharField(max_length=100)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held_roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "role"), name="accounts_role_held_once")
                ],
            },
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
