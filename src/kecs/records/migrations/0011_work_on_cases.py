"""A case has a target date, and whoever of staff works on it; the queue at the desk reads by the target date."""

from collections.abc import Iterable
from datetime import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

from kecs.records.targets import due_on

BATCH = 1000


def reckon(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]  # the model of that day
    """The cases that wait already get the date they would have had."""
    case = apps.get_model("records", "Case")
    waiting: Iterable[tuple[object, str, datetime]] = case.objects.values_list("pk", "kind", "opened_at")
    batch = []
    for pk, kind, opened_at in list(waiting):
        opened = timezone.localdate(opened_at)
        batch.append(case(pk=pk, due_on=due_on(kind=kind, opened=opened, holidays=settings.KECS_HOLIDAYS)))
    case.objects.bulk_update(batch, ["due_on"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0010_find_by_contact_email"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "case",
            "taken_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("case", "due_on", models.DateField(null=True)),
        migrations.RunPython(reckon, migrations.RunPython.noop),
        migrations.AlterField("case", "due_on", models.DateField()),
        migrations.AddIndex(
            "case",
            models.Index(
                name="records_case_queue", fields=["due_on", "opened_at", "id"], condition=Q(closed_at=None)
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                name="records_case_counts", fields=["kind", "due_on", "taken_by"], condition=Q(closed_at=None)
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                name="records_case_closed", fields=["closed_at", "id"], condition=Q(closed_at__isnull=False)
            ),
        ),
    ]
