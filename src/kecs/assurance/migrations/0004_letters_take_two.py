"""Who printed a letter, because whoever has read its code does not mark it as posted.

A letter that was printed before is printed once more: nobody knows who has read its code.
"""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("assurance", "0003_refuse_it_still"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="printed_by",
            field=models.CharField(blank=True, db_default="", max_length=100),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=Q(posted_by="") | ~Q(posted_by=F("printed_by")),
                name="assurance_letter_takes_two",
            ),
        ),
    ]
