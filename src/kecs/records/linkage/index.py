"""Reads every record of the index, unsealed, for one pass; the one module of linkage that reads the database.

Called by the commands, which first put on the log that they do. Nothing of it is kept but what rows makes of it.
"""

from collections.abc import Iterator
from uuid import UUID

from kecs.matching.names import OtherName
from kecs.pii.fields import unseal_from
from kecs.records.linkage.facts import Facts
from kecs.records.models import EducatorRecord

CHUNK = 2_000


def record_count() -> int:
    """How many records there are."""
    return EducatorRecord.objects.count()


def everybody() -> Iterator[tuple[UUID, Facts]]:
    """Each record's id and what is on file, read in chunks."""
    records = EducatorRecord.objects.order_by("pk").prefetch_related("other_names")
    for record in records.iterator(chunk_size=CHUNK):
        yield (
            record.pk,
            Facts(
                first_name=record.first_name,
                middle_name=record.middle_name,
                last_surname=record.last_surname,
                generation_code_suffix=record.generation_code_suffix,
                other_names=tuple(
                    OtherName(first_name=other.first_name, last_surname=other.last_surname)
                    for other in record.other_names.all()
                ),
                birth_date=unseal_from(record, "birth_date_sealed") or "",
                ssn=unseal_from(record, "ssn_sealed") or "",
            ),
        )
