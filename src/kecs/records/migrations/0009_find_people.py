"""The names by which staff find people. `kecs reindex` fills the tables for everybody who is on file already."""

import django.db.models.deletion
from django.db import migrations, models

from kecs.records.name_key_rows import FoldedField


def key_of(owner: str, model: str, prefix: str) -> migrations.CreateModel:
    return migrations.CreateModel(
        name=model,
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    f"{owner}_id",
                    "surname",
                    "given",
                    blank=True,
                    editable=False,
                    primary_key=True,
                    serialize=False,
                ),
            ),
            (
                owner,
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="name_keys",
                    to="records.educatorrecord" if owner == "record" else "records.statedidentity",
                ),
            ),
            ("surname", FoldedField(blank=True, max_length=64)),
            ("given", FoldedField(blank=True, max_length=64)),
        ],
        options={
            "indexes": [
                models.Index(fields=["surname", "given"], name=f"{prefix}_by_surname"),
                models.Index(fields=["given", "surname"], name=f"{prefix}_by_given"),
            ],
        },
    )


class Migration(migrations.Migration):
    dependencies = [("records", "0008_state_corrections")]

    operations = [
        key_of("record", "NameKey", "records_name"),
        key_of("stated", "StatedNameKey", "records_stated"),
    ]
