"""Undo a merge: both records stand as before, or nothing is done and the obstacles say why. kecs.assurance.merging calls this."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import models

from kecs.audit.actions import record as record_event
from kecs.audit.transactions import whole
from kecs.guard.queries import database_clock
from kecs.pii.fields import the_keyring
from kecs.records import events
from kecs.records.importing.apply import take_turn
from kecs.records.kinds import MergeState
from kecs.records.merging.actions import OwnRecord
from kecs.records.merging.images import OTHERS, Image, Row, image_of, other_rooms, values_of
from kecs.records.merging.moving.actions import make_keys, put_pair
from kecs.records.merging.queries import Obstacle, Undoing, accounts_of, before_of, parts_of, undoing_of
from kecs.records.models import (
    Case,
    EducatorRecord,
    Holding,
    IdentityKey,
    LinkageKey,
    LinkedPair,
    NameKey,
    OtherName,
    RecordMerge,
    RecordNumber,
)


class CannotUndo(Exception):
    """Something was built on the merge; `obstacles` says what."""

    def __init__(self, obstacles: Iterable[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        super().__init__(", ".join(self.obstacles))


class NotExact(Exception):
    """What an undoing brought back is not what stood before: nothing was changed."""


@whole
def unmerge_records(
    *, merge_id: UUID, give_back: Callable[[Sequence[UUID]], None], by: str
) -> tuple[UUID, UUID]:
    """Both records stand again as before the merge, row for row; answers their ids. Raises CannotUndo and OwnRecord.

    `give_back` is told which holds become what they were, just before they do: their evidence is no business of this room.

    Only what counts changes goes on counting: the version of the survivor and when it changed. The rows that came back
    are compared with what was kept before the transaction ends (NotExact).
    """
    take_turn()
    row = RecordMerge.objects.select_for_update().filter(pk=merge_id).first()
    if row is None:
        raise CannotUndo([Obstacle.NOT_STANDING])
    list(EducatorRecord.objects.select_for_update().filter(pk=row.survivor_id))
    list(Holding.objects.select_for_update().filter(record_id=row.survivor_id).order_by("pk"))
    undoing = undoing_of(merge_id)
    if undoing.obstacles:
        raise CannotUndo(undoing.obstacles)
    _demand_another(row, undoing, by=by)
    before = before_of(row)
    _bring_back_record(row, before)
    _bring_back_keys(before, by=by)
    holds = before[Holding._meta.label]
    give_back(undoing.restored)
    _bring_back_holds(holds, restored={str(each) for each in undoing.restored})
    _bring_back_cases(row, before, by=by)
    _demand_exact(row, before, restored={str(each) for each in undoing.restored})
    RecordMerge.objects.filter(pk=row.pk).update(
        state=MergeState.UNDONE,
        ended_at=database_clock(),
        ended_by=by,
        before_sealed=None,
        after_sealed=None,
    )
    record_event(
        event=events.RecordsUnmerged(
            subject=f"record:{row.survivor_id}", merge=str(row.pk), restored=str(row.absorbed_id)
        ),
        by=by,
    )
    return row.survivor_id, row.absorbed_id


def _demand_another(row: RecordMerge, undoing: Undoing, *, by: str) -> None:
    """Nobody undoes what concerns her: who holds or contests the record now, and who would have a hold again, lost or not."""
    theirs = Holding.objects.filter(pk__in=[*undoing.restored, *undoing.moved])
    concerned = accounts_of([row.survivor_id]) | set(theirs.values_list("account_id", flat=True))
    if by in {f"account:{account_id}" for account_id in concerned}:
        raise OwnRecord


def _rows(before: Image, model: type[models.Model]) -> dict[str, Row]:
    return before[model._meta.label]


def _bring_back_record(row: RecordMerge, before: Image) -> None:
    """Numbers first: the database refuses a record whose number leads elsewhere."""
    numbers = _rows(before, RecordNumber)
    RecordNumber.objects.filter(record_id=row.survivor_id).exclude(pk__in=list(numbers)).delete()
    for key, image in numbers.items():
        RecordNumber.objects.filter(pk=key).update(**_but_key(RecordNumber, image))
    records = _rows(before, EducatorRecord)
    absorbed = values_of(EducatorRecord, records[str(row.absorbed_id)])
    EducatorRecord(**absorbed).save(force_insert=True)
    survivor = _but_key(EducatorRecord, records[str(row.survivor_id)])
    version = EducatorRecord.objects.values_list("identity_version", flat=True).get(pk=row.survivor_id)
    survivor |= {"identity_version": version + 1, "updated_at": database_clock()}
    EducatorRecord.objects.filter(pk=row.survivor_id).update(**survivor)
    names = _rows(before, OtherName)
    there = OtherName.objects.filter(record_id=row.survivor_id)
    there.exclude(pk__in=list(names)).delete()
    present = {str(key) for key in there.values_list("pk", flat=True)}
    OtherName.objects.bulk_create(
        OtherName(**values_of(OtherName, image)) for key, image in names.items() if key not in present
    )


def _bring_back_keys(before: Image, *, by: str) -> None:
    """The very rows; under a new root of the keyring, new ones as a reindex would make them."""
    ids = [UUID(key) for key in _rows(before, EducatorRecord)]
    IdentityKey.objects.filter(record_id__in=ids).delete()
    LinkageKey.objects.filter(record_id__in=ids).delete()
    NameKey.objects.filter(record_id__in=ids).delete()
    search, near = _rows(before, IdentityKey), _rows(before, LinkageKey)
    if {image["key_id"] for image in (*search.values(), *near.values())} <= {the_keyring().current}:
        IdentityKey.objects.bulk_create(
            IdentityKey(**values_of(IdentityKey, image)) for image in search.values()
        )
        LinkageKey.objects.bulk_create(LinkageKey(**values_of(LinkageKey, image)) for image in near.values())
        NameKey.objects.bulk_create(
            NameKey(**values_of(NameKey, image)) for image in _rows(before, NameKey).values()
        )
        return
    for record_id, part in zip(ids, parts_of(*ids) or (), strict=True):
        make_keys(record_id=record_id, on_file=part.on_file, by=by)


def _bring_back_holds(holds: dict[str, Row], *, restored: Collection[str]) -> None:
    """All go back to their record before any is live again: two live ones never stand on one record."""
    for key, image in holds.items():
        Holding.objects.filter(pk=key).update(record_id=image["record_id"])
    for key in restored:
        Holding.objects.filter(pk=key).update(**_but_key(Holding, holds[key]))


def _bring_back_cases(row: RecordMerge, before: Image, *, by: str) -> None:
    """Cases, pairs and rows of other rooms that were about the absorbed record are so again; what came since stays where it is."""
    for model, column in other_rooms():
        keys = before[OTHERS].get(f"{model._meta.label}.{column}", {})
        model._base_manager.filter(pk__in=list(keys)).update(**{column: row.absorbed_id})
    through = Case.records.through
    for key, image in _rows(before, through).items():
        values = values_of(through, image)
        if not through._base_manager.filter(pk=key).update(educatorrecord_id=values["educatorrecord_id"]):
            through._base_manager.bulk_create([through(**values)])
    for key, image in _rows(before, LinkedPair).items():
        values = values_of(LinkedPair, image)
        ends = {values["first_id"], values["second_id"]}
        # The other end may have become part of another record since.
        if EducatorRecord.objects.filter(pk__in=ends).count() < len(ends):
            continue
        if not LinkedPair.objects.filter(pk=key).exists():
            LinkedPair.objects.bulk_create([LinkedPair(**values)], ignore_conflicts=True)
        else:
            put_pair(pair=LinkedPair(**values), ends=ends, by=by)


def _but_key(model: type[models.Model], image: Row) -> dict[str, Any]:
    values = values_of(model, image)
    return {name: value for name, value in values.items() if name != model._meta.pk.attname}


_COUNTS = ("identity_version", "updated_at")


def _demand_exact(row: RecordMerge, before: Image, *, restored: Collection[str]) -> None:
    now = image_of([row.survivor_id, row.absorbed_id])
    survivor = str(row.survivor_id)
    for image in (now, before):
        image[EducatorRecord._meta.label][survivor] = {
            name: value
            for name, value in image[EducatorRecord._meta.label][survivor].items()
            if name not in _COUNTS
        }
    for model in (EducatorRecord, OtherName, RecordNumber):
        if _rows(now, model) != _rows(before, model):
            raise NotExact(model._meta.label)
    if any(_rows(now, Holding)[key] != _rows(before, Holding)[key] for key in restored):
        raise NotExact(Holding._meta.label)
