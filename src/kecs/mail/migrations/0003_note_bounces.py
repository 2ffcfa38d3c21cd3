"""A mail that bounced may have been sent before."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("mail", "0002_keep_mails_to_be_written")]

    operations = [
        migrations.RemoveConstraint("outboxmessage", "mail_sent_has_its_time"),
        migrations.AddConstraint(
            "outboxmessage",
            models.CheckConstraint(
                name="mail_sent_has_its_time",
                condition=Q(status="sent", sent_at__isnull=False)
                | Q(status="bounced")
                | (~Q(status__in=["sent", "bounced"]) & Q(sent_at__isnull=True)),
            ),
        ),
    ]
