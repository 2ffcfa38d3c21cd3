"""What staff started for a caller waits for a colleague, and the account of a colleague for an administrator."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_take_recoveries")]

    operations = [
        migrations.AddField(
            "recovery", "started_by", models.CharField(blank=True, default="", max_length=100)
        ),
        migrations.AddField(
            "recovery", "first_cancel_digest", models.BinaryField(max_length=32, null=True, unique=True)
        ),
        migrations.AddField("recovery", "opens_staff", models.BooleanField(default=False)),
    ]
