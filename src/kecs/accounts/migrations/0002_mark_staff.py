"""Whether an account is a member of staff's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_open_accounts")]

    operations = [
        migrations.AddField("user", "is_staff", models.BooleanField(default=False)),
    ]
