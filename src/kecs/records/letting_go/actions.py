"""Empty what a lost key sealed, so that a file of the agency's can fill it again. Each in the transaction of the caller, who says so on the log.

The caller knows which values those are, by the number of their key; here nothing is opened.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F

from kecs.audit.clock import portal_clock
from kecs.audit.transactions import whole
from kecs.pii.fields import seal_into
from kecs.records.importing.images import images_in
from kecs.records.models import (
    Case,
    EducatorRecord,
    IdentityKey,
    LinkageKey,
    RecordMerge,
    RecordNumber,
    StatedIdentity,
    StatedNameKey,
    UndoBatch,
    WaitingIdentity,
)

NOTHING = "{}"  # the image of a merge that nobody can undo any more


@whole
def let_go_of_facts(*, record_ids: Collection[UUID], column: str, by: str) -> None:
    """Birth dates or SSNs of records; whoever has read one of these meanwhile does not take it for the same."""
    EducatorRecord.objects.filter(pk__in=record_ids).update(
        **{column: None}, identity_version=F("identity_version") + 1, updated_at=portal_clock()
    )


@whole
def let_go_of_stated_facts(*, stated_ids: Collection[UUID], column: str, by: str) -> None:
    """What people stated stays as it is, by a lock in the database: so these rows go, and come again without the fact.

    The names stay, and who waits to be settled goes on waiting: staff put the fact right, or settling puts her off.
    """
    rows = list(StatedIdentity.objects.filter(pk__in=stated_ids))
    waiting = list(WaitingIdentity.objects.filter(stated__in=stated_ids))
    keys = list(IdentityKey.objects.filter(stated__in=stated_ids))
    names = list(StatedNameKey.objects.filter(stated__in=stated_ids))
    StatedIdentity.objects.filter(pk__in=stated_ids).delete()
    for row in rows:
        setattr(row, column, None)
    StatedIdentity.objects.bulk_create(rows)
    WaitingIdentity.objects.bulk_create(waiting)
    IdentityKey.objects.bulk_create(keys)
    StatedNameKey.objects.bulk_create(names)


@whole
def let_go_of_case_facts(*, case_ids: Collection[UUID], by: str) -> None:
    """What was written to staff where no account holds it."""
    Case.objects.filter(pk__in=case_ids).update(facts_sealed=None)


@whole
def let_go_of_merge_images(*, merge_ids: Collection[UUID], by: str) -> None:
    """These merges cannot be undone any more; that they were made stays."""
    for row in RecordMerge.objects.filter(pk__in=merge_ids):
        for column in ("before_sealed", "after_sealed"):
            if getattr(row, column) is not None:
                seal_into(row, column, NOTHING)
        row.save(update_fields=["before_sealed", "after_sealed"])


@whole
def let_go_of_what_files_told(*, number_ids: Collection[UUID], by: str) -> None:
    """The next file tells it again."""
    RecordNumber.objects.filter(pk__in=number_ids).update(told_sealed=None)


@whole
def let_go_of_images_before(*, batch_ids: Collection[UUID], by: str) -> None:
    """These batches of an import cannot be undone any more."""
    UndoBatch.objects.filter(pk__in=batch_ids).delete()


@whole
def let_go_of_images_with(*, key_id: int, by: str) -> int:
    """The same, where a known key sealed the image, and a lost one a fact in it; how many. Raises SealBroken."""
    lost = bytes([key_id])
    batches = [
        batch.pk
        for batch in UndoBatch.objects.exclude(before_sealed=None)
        for image in images_in(bytes(batch.before_sealed or b""), batch_id=batch.pk)
        if lost in {(image.ssn_sealed or b"")[:1], (image.birth_date_sealed or b"")[:1]}
    ]
    UndoBatch.objects.filter(pk__in=batches).delete()
    return len(set(batches))


@whole
def let_go_of_digests(*, key_id: int, record_ids: Collection[UUID], by: str) -> int:
    """By which these records were found; a reindex, or the next file, makes those whose facts are there; how many."""
    gone = 0
    for model in (IdentityKey, LinkageKey):
        gone += model._default_manager.filter(record__in=record_ids, key_id=key_id).delete()[0]
    return gone


@whole
def let_go_of_stated_digests(*, key_id: int, most: int, by: str) -> int:
    """By which people were found who stated who they are and have no record; up to so many, and how many."""
    keys = IdentityKey.objects.filter(record=None, key_id=key_id).order_by("pk")
    return IdentityKey.objects.filter(pk__in=list(keys.values_list("pk", flat=True)[:most])).delete()[0]
