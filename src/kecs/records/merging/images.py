"""Every row that hangs on a record, as it stands: read before a merge, kept sealed with it, and compared after an undoing.

TABLES names each table of this room that points at a record. Rows of rooms above, which this one may not know, are found by
Django's own list; a test refuses a table there that could not simply be led elsewhere. Called by this package's actions and queries.
"""

import base64
import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from kecs.pii.fields import SealedField, digests_of, sealed_bytes, unsealed_bytes
from kecs.records.holdings.queries import CONTACT
from kecs.records.models import (
    Case,
    EducatorRecord,
    Holding,
    IdentityKey,
    LinkageKey,
    LinkedPair,
    NameKey,
    OtherName,
    RecordNumber,
)

Row = dict[str, Any]
Image = dict[str, dict[str, Row]]

# The columns by which each table points at a record.
TABLES: dict[type[models.Model], tuple[str, ...]] = {
    EducatorRecord: ("id",),
    OtherName: ("record_id",),
    IdentityKey: ("record_id",),
    LinkageKey: ("record_id",),
    NameKey: ("record_id",),
    RecordNumber: ("record_id",),
    Holding: ("record_id",),
    Case.records.through: ("educatorrecord_id",),
    LinkedPair: ("first_id", "second_id"),
}


# Under this name an image has the rows of other rooms that pointed at the absorbed record: their keys, for the rest is theirs.
OTHERS = "others"


def other_rooms() -> list[tuple[type[models.Model], str]]:
    """Each table of another room that points at a record, and the column by which it does."""
    every = EducatorRecord._meta.get_fields(include_hidden=True)
    pointing = [each for each in every if isinstance(each, models.ManyToOneRel)]
    return [(each.related_model, each.field.attname) for each in pointing if each.related_model not in TABLES]


def keys_in_other_rooms(record_id: UUID) -> dict[str, Row]:
    """The keys of their rows about this record, by table and column."""
    return {
        f"{model._meta.label}.{column}": {
            str(key): None
            for key in model._base_manager.filter(**{column: record_id}).values_list("pk", flat=True)
        }
        for model, column in other_rooms()
    }


def image_of(record_ids: Collection[UUID]) -> Image:
    """All rows of these records, table by table and row by row."""
    return {model._meta.label: _table(model, record_ids) for model in TABLES}


def _table(model: type[models.Model], record_ids: Collection[UUID]) -> dict[str, Row]:
    asked = Q()
    for column in TABLES[model]:
        asked |= Q(**{f"{column}__in": record_ids})
    return images_of(model._base_manager.filter(asked))


def images_of(rows: Iterable[models.Model]) -> dict[str, Row]:
    """Rows of one table, each under its key."""
    return {key_of(row): _image(row) for row in rows}


def key_of(row: models.Model) -> str:
    """The row's key, as text."""
    parts = row.pk if isinstance(row.pk, tuple) else (row.pk,)
    return ":".join(part.hex() if isinstance(part, bytes | memoryview) else str(part) for part in parts)


def _image(row: models.Model) -> Row:
    return {each.attname: _plain(getattr(row, each.attname)) for each in row._meta.concrete_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def values_of(model: type[models.Model], row: Row) -> dict[str, Any]:
    """The columns of a row, as the database takes them."""
    by_name = {each.attname: each for each in model._meta.concrete_fields}
    return {name: _value(by_name[name], value) for name, value in row.items()}


def _value(column: models.Field, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column, models.BinaryField):
        return base64.b64decode(value)
    return column.to_python(value)


def under_another_key(kept: str) -> str:
    """What a merge keeps, with the sealed columns of the rows in it, and the digests of their addresses, under the current key.

    A digest of an address that no record in it has stays as it is: it says nothing once its root is retired.
    """
    image = json.loads(kept)
    for model in (EducatorRecord, RecordNumber):
        sealed = [each.attname for each in model._meta.concrete_fields if isinstance(each, SealedField)]
        for key, row in image.get(model._meta.label, {}).items():
            for column in sealed:
                if row[column] is not None:
                    place = f"{model._meta.db_table}.{column}:{key}"
                    opened = unsealed_bytes(base64.b64decode(row[column]), place)
                    row[column] = base64.b64encode(sealed_bytes(opened, place)).decode()
    _renew_addresses(image)
    return as_text(image)


def _renew_addresses(image: Image) -> None:
    renewed: dict[str, str] = {}
    for row in image.get(EducatorRecord._meta.label, {}).values():
        current, *older = digests_of(CONTACT, row["contact_email"].lower())
        renewed |= {_plain(each): _plain(current) for each in older}
    for row in image.get(Holding._meta.label, {}).values():
        row["contact_digest"] = renewed.get(row["contact_digest"], row["contact_digest"])


def as_text(image: Any) -> str:
    """In one form, to be sealed or digested."""
    return json.dumps(image, sort_keys=True, ensure_ascii=False)
