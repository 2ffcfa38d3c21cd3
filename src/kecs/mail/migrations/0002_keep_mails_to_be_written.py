import uuid

from django.db import migrations, models

import kecs.pii.fields


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_queue_mail_in_an_outbox")]

    operations = [
        migrations.CreateModel(
            name="Errand",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=64)),
                ("facts_sealed", kecs.pii.fields.SealedField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("queued_at", models.DateTimeField()),
                ("queued_by", models.CharField(max_length=100)),
                ("next_attempt_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["next_attempt_at"], name="mail_errand_due")]},
        ),
    ]
