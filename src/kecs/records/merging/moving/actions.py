"""What hung on the absorbed record hangs on the survivor; kecs.records.merging.actions calls this, under its locks."""

from datetime import datetime
from uuid import UUID

from kecs.pii.fields import seal_into
from kecs.records.holdings.actions import PROVISIONAL_FOR
from kecs.records.holdings.queries import HeldRecord, seen
from kecs.records.importing.news import as_told
from kecs.records.importing.prepare import keys_of, name_keys_of
from kecs.records.importing.rows import OnFile
from kecs.records.index import identity_key_rows, linkage_key_rows
from kecs.records.kinds import AssuranceLevel, Ending
from kecs.records.merging.images import other_rooms
from kecs.records.merging.plan import MergePlan, Part
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


def end_hold(*, record_id: UUID, at: datetime, by: str) -> HeldRecord:
    """Of two holders one goes on; the other's hold, on this record, is over. Its row stays; answers it as it was."""
    live = Holding.objects.filter(released_at=None, contests=False)
    row = live.get(record_id=record_id)
    Holding.objects.filter(pk=row.pk).update(
        released_at=at, released_by=by, released_because=Ending.MERGED.value
    )
    return seen(row)


def move_holds(*, survivor_id: UUID, absorbed_id: UUID, planned: MergePlan, at: datetime, by: str) -> None:
    """Holds past and present. No level rises; what proved one record proves the joined one only where it was on both."""
    Holding.objects.filter(record_id=absorbed_id).update(record_id=survivor_id)
    live = Holding.objects.filter(record_id=survivor_id, released_at=None)
    if not planned.address_counts:
        live.update(contact_digest=None)
    if planned.falls:
        live.filter(contests=False).update(
            level=AssuranceLevel.PROVISIONAL, provisional_until=at + PROVISIONAL_FOR
        )


def lead_cases(*, from_id: UUID, to_id: UUID, by: str) -> None:
    """Cases, and pairs that batch linkage found, are about the survivor from now on."""
    through = Case.records.through
    there = through._base_manager.filter(educatorrecord_id=to_id).values_list("case_id", flat=True)
    through._base_manager.filter(educatorrecord_id=from_id, case_id__in=list(there)).delete()
    through._base_manager.filter(educatorrecord_id=from_id).update(educatorrecord_id=to_id)
    pairs = LinkedPair.objects.filter(first_id=from_id) | LinkedPair.objects.filter(second_id=from_id)
    for pair in pairs:
        ends = {to_id if end == from_id else end for end in (pair.first_id, pair.second_id)}
        put_pair(pair=pair, ends=ends, by=by)


def put_pair(*, pair: LinkedPair, ends: set[UUID], by: str) -> None:
    """A pair of one record is none, and the same pair stands once."""
    if len(ends) > 1:
        first, second = sorted(ends)
        same = LinkedPair.objects.filter(first_id=first, second_id=second, kind=pair.kind)
        if not same.exclude(pk=pair.pk).exists():
            LinkedPair.objects.filter(pk=pair.pk).update(first_id=first, second_id=second)
            return
    LinkedPair.objects.filter(pk=pair.pk).delete()


def lead_other_rooms(*, from_id: UUID, to_id: UUID, by: str) -> None:
    """What other rooms keep about the absorbed record is about the survivor."""
    for model, column in other_rooms():
        model._base_manager.filter(**{column: from_id}).update(**{column: to_id})


def lead_numbers(*, survivor_id: UUID, survivor: Part, absorbed_id: UUID, absorbed: Part, by: str) -> None:
    """Every number of either leads to the survivor, with what files have said under it."""
    RecordNumber.objects.filter(record_id=absorbed_id, former_id=None).update(former_id=absorbed_id)
    RecordNumber.objects.filter(record_id=absorbed_id).update(record_id=survivor_id)
    for part, former_id in ((survivor, None), (absorbed, absorbed_id)):
        if not RecordNumber.objects.filter(staff_unique_id=part.number).exists():
            number = RecordNumber(staff_unique_id=part.number, record_id=survivor_id, former_id=former_id)
            seal_into(number, "told_sealed", as_told(part.on_file))
            number.save(force_insert=True)


def change_survivor(*, survivor_id: UUID, before: OnFile, planned: MergePlan, at: datetime, by: str) -> None:
    """What the survivor holds, and the keys it is found by: made of what is kept, so that what was dropped finds nobody."""
    row, after = EducatorRecord.objects.get(pk=survivor_id), planned.after
    for column in ("first_name", "middle_name", "last_surname", "generation_code_suffix", "deceased"):
        setattr(row, column, getattr(after, column))
    row.contact_email = after.email
    if after.birth_date != before.birth_date:
        seal_into(row, "birth_date_sealed", after.birth_date.isoformat() if after.birth_date else None)
    if after.ssn != before.ssn:
        seal_into(row, "ssn_sealed", after.ssn or None)
    row.identity_version, row.updated_at = row.identity_version + 1, at
    row.save(force_update=True)
    OtherName.objects.bulk_create(
        OtherName(record_id=survivor_id, first_name=name.first_name, last_surname=name.last_surname)
        for name in sorted(planned.added_names, key=lambda each: (each.last_surname, each.first_name))
    )
    make_keys(record_id=survivor_id, on_file=after, by=by)


def make_keys(*, record_id: UUID, on_file: OnFile, by: str) -> None:
    """Those that the import, or a reindex, would make, instead of those that are there."""
    for model in (IdentityKey, LinkageKey, NameKey):
        model.objects.filter(record_id=record_id).delete()
    search, near = keys_of(on_file)
    IdentityKey.objects.bulk_create(identity_key_rows(search, record_id=record_id))
    LinkageKey.objects.bulk_create(linkage_key_rows(near, record_id=record_id))
    NameKey.objects.bulk_create(
        NameKey(record_id=record_id, surname=surname, given=given) for surname, given in name_keys_of(on_file)
    )
