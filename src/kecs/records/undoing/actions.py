"""Undo an import batch by batch, the last first; each batch is one transaction, so a run that was killed goes on where it was."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kecs.audit.actions import record as record_event
from kecs.audit.actions import record_for_each, recorded_together
from kecs.audit.clock import portal_clock
from kecs.audit.rows import Form, form
from kecs.audit.transactions import whole
from kecs.matching.keys import KeyKind
from kecs.pii.fields import digests_of, unsealed_text
from kecs.records import events
from kecs.records.importing.apply import insert_keys_instead, until_it_stands, update_records
from kecs.records.importing.images import Image, images_in
from kecs.records.importing.prepare import KeyCells, Prepared
from kecs.records.importing.rows import OnFile
from kecs.records.importing.stored import FULL_SSN, Stored, StoredRecord, sealed_in
from kecs.records.kinds import BuiltOn
from kecs.records.models import (
    EducatorRecord,
    IdentityKey,
    LinkageKey,
    NameKey,
    NotUndone,
    OtherName,
    Run,
    StatedIdentity,
    UndoBatch,
)
from kecs.records.undoing.built_on import built_on, changed_since

UNDO_FOR = timedelta(hours=24)


class TooLate(Exception):
    """A day has passed since it began, or it was undone before."""


@dataclass(slots=True, kw_only=True)
class _Undoing:
    """One batch: what it had made and changed, how these stand now, and which of them must be left."""

    at: datetime
    created: tuple[UUID, ...]
    images: dict[UUID, Image]
    stored: Stored
    found: dict[UUID, StoredRecord] = field(init=False)
    left: dict[UUID, BuiltOn] = field(init=False)

    def __post_init__(self) -> None:
        self.found = {record.id: record for record in self.stored.records.values()}
        here = self.images.values()
        self.left = built_on([*self.found], created=self.created, since=self.at)
        self.left |= changed_since(self.found, created=self.created, images=list(here), at=self.at)
        self._leave_those_whose_ssn_is_taken()

    @property
    def removed(self) -> list[UUID]:
        """The created records that go."""
        return [record_id for record_id in self.created if record_id not in self.left]

    @property
    def restored(self) -> list[Image]:
        """The changed records that get back what they had."""
        return [image for image in self.images.values() if image.record_id not in self.left]

    def _leave_those_whose_ssn_is_taken(self) -> None:
        """Whoever is left keeps her SSN, which may have been another's of this batch: again until nobody more is left."""
        wanted = {
            image.record_id: _wanted_digests(image, self.found[image.record_id]) for image in self.restored
        }
        digests = [digest for each in wanted.values() for digest in each]
        owners = _owners(digests)
        while True:
            going = {*self.removed, *(image.record_id for image in self.restored)}
            taken = {
                record_id
                for record_id, each in wanted.items()
                if record_id in going and any(owners.get(digest, record_id) not in going for digest in each)
            }
            if not taken:
                return
            self.left |= dict.fromkeys(taken, BuiltOn.SSN_TAKEN)


def _wanted_digests(image: Image, record: StoredRecord) -> list[bytes]:
    """Under which a full SSN is to stand again that the record no longer has."""
    before = _opened("ssn_sealed", image.ssn_sealed, image.record_id)
    if len(before) != FULL_SSN or before == _opened("ssn_sealed", record.ssn_sealed, record.id):
        return []
    return digests_of(KeyKind.SSN.value, before)


def _owners(digests: Collection[bytes]) -> dict[bytes, UUID | None]:
    keys = IdentityKey.objects.filter(kind=KeyKind.SSN.value, digest__in=list(digests))
    return {bytes(digest): record_id for digest, record_id in keys.values_list("digest", "record_id")}


def _opened(column: str, sealed: bytes | None, record_id: UUID) -> str:
    return unsealed_text(bytes(sealed), sealed_in(column, record_id)) if sealed else ""


def undo_run(*, run_id: UUID, source: str, reason: str, on_progress: Callable[[int], None], by: str) -> Run:
    """Take back what an import did, where nothing was built on it since. What is left and why stands in NotUndone.

    A run that is not at its end is ended first: whoever still works on it finds so at the next batch. `on_progress` is
    called with the records of each batch. Raises TooLate.
    """
    run = _begin(run_id, by=by)
    batches = UndoBatch.objects.filter(run_id=run_id).order_by("-after")
    while (batch_id := batches.values_list("pk", flat=True).first()) is not None:
        on_progress(_undo_batch(run, batch_id, source=source, by=by))
    with transaction.atomic():
        ended = Run.objects.filter(pk=run_id, undone_at=None).update(undone_at=portal_clock(), undone_by=by)
        run.refresh_from_db()
        if ended:
            event = events.ImportUndone(
                subject=f"import:{run_id}",
                source=source,
                reason=reason,
                removed=run.removed,
                restored=run.restored,
                left=NotUndone.objects.filter(run_id=run_id).count(),
            )
            record_event(event=event, by=by)
    return run


@whole
def _begin(run_id: UUID, *, by: str) -> Run:
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.undone_at or run.started_at < portal_clock() - UNDO_FOR:
        raise TooLate
    if run.ended_at is None:
        run.ended_at = portal_clock()
        run.save(update_fields=["ended_at"])
    return run


def _undo_batch(run: Run, batch_id: UUID, *, source: str, by: str) -> int:
    def write(_attempt: int) -> int:
        batch = UndoBatch.objects.select_for_update().filter(pk=batch_id).first()
        if batch is None:  # another process came first
            return 0
        undoing = _undoing(batch)
        _restore(undoing)
        _remove(undoing.removed)
        _give_back(batch.taken_over)
        NotUndone.objects.bulk_create(
            NotUndone(run=run, record_id=record_id, why=why.value) for record_id, why in undoing.left.items()
        )
        Run.objects.filter(pk=run.pk).update(
            removed=F("removed") + len(undoing.removed), restored=F("restored") + len(undoing.restored)
        )
        batch.delete()
        _record(undoing, source=source, by=by)
        return len(undoing.created) + len(undoing.images)

    return until_it_stands(write)


def _undoing(batch: UndoBatch) -> _Undoing:
    packed = bytes(batch.created)
    created = tuple(UUID(bytes=packed[at : at + 16]) for at in range(0, len(packed), 16))
    sealed = bytes(batch.before_sealed) if batch.before_sealed else None
    images = {image.record_id: image for image in images_in(sealed, batch_id=batch.pk)}
    # Those that may be removed are locked for all: who would point at one of them waits, and finds it gone.
    strict = EducatorRecord.objects.select_for_update().filter(pk__in=created).order_by("staff_unique_id")
    list(strict.values_list("pk", flat=True))
    stored = Stored.of_records([*created, *images], lock=True)
    return _Undoing(at=batch.at, created=created, images=images, stored=stored)


def _restore(undoing: _Undoing) -> None:
    """The columns as they stood, the added names away, and the keys that follow from both."""
    to, now = form(), portal_clock()
    for image in undoing.restored:
        for name in image.added_names:
            OtherName.objects.filter(
                record_id=image.record_id, first_name=name.first_name, last_surname=name.last_surname
            ).delete()
    rows = [_row_of(image, undoing.found[image.record_id], to=to, now=now) for image in undoing.restored]
    if rows:
        update_records(to.packed(rows))
        # The keys of those that are removed go first: one of the batch may have had the SSN of another.
        IdentityKey.objects.filter(record__in=undoing.removed).delete()
        insert_keys_instead(*_keys_of(undoing, to))


def _row_of(image: Image, record: StoredRecord, *, to: Form, now: datetime) -> tuple[Any, ...]:
    """In the order of StoredRecord."""
    return (
        to.uuid(image.record_id),
        to.text(record.staff_unique_id),
        to.text(image.first_name),
        to.text(image.middle_name),
        to.text(image.last_surname),
        to.text(image.generation_code_suffix),
        to.data(image.birth_date_sealed),
        to.data(image.ssn_sealed),
        to.text(image.contact_email),
        to.flag(image.deceased),
        # An undone change is a change: nobody who has read the record meanwhile takes it for the same.
        to.number(record.identity_version + image.identity),
        to.moment(record.created_at),
        to.moment(now),
    )


def _keys_of(undoing: _Undoing, to: Form) -> tuple[list[UUID], Prepared]:
    """Whose keys are made anew, and those keys."""
    anew = [image for image in undoing.restored if image.identity]
    keys, identity, linkage, names = KeyCells(to), [], [], []
    for image in anew:
        cell = to.uuid(image.record_id)
        before = _before(image, undoing.stored.on_file(undoing.found[image.record_id]))
        cells = keys.cells(before, record=cell)
        identity += cells[0]
        linkage += cells[1]
        names += keys.name_cells(before, record=cell)
    packed = Prepared(
        identity_keys=to.packed(identity), linkage_keys=to.packed(linkage), name_keys=to.packed(names)
    )
    return [image.record_id for image in anew], packed


def _before(image: Image, now: OnFile) -> OnFile:
    born = _opened("birth_date_sealed", image.birth_date_sealed, image.record_id)
    return OnFile(
        first_name=image.first_name,
        middle_name=image.middle_name,
        last_surname=image.last_surname,
        generation_code_suffix=image.generation_code_suffix,
        other_names=now.other_names - frozenset(image.added_names),
        birth_date=date.fromisoformat(born) if born else None,
        ssn=_opened("ssn_sealed", image.ssn_sealed, image.record_id),
        email=image.contact_email,
        deceased=image.deceased,
    )


def _remove(record_ids: Collection[UUID]) -> None:
    for table in (IdentityKey, LinkageKey, NameKey, OtherName):
        table.objects.filter(record__in=record_ids).delete()
    # Whatever may point at them besides, the database refuses: built_on has looked.
    EducatorRecord.objects.filter(pk__in=record_ids).delete()


def _give_back(taken_over: Collection[tuple[str, int, str]]) -> None:
    """The search keys of people who waited, where they still say what they said and nobody has the SSN."""
    for stated_id, key_id, digest in taken_over:
        stated = StatedIdentity.objects.filter(pk=stated_id).first()
        later = (
            StatedIdentity.objects.filter(account=stated.account_id, number__gt=stated.number)
            if stated
            else None
        )
        key = IdentityKey.objects.filter(kind=KeyKind.SSN.value, digest=bytes.fromhex(digest))
        if later is not None and not later.exists() and not key.exists():
            IdentityKey.objects.create(
                stated_id=stated_id, kind=KeyKind.SSN.value, key_id=key_id, digest=bytes.fromhex(digest)
            )


def _record(undoing: _Undoing, *, source: str, by: str) -> None:
    restored: Mapping[bool, list[UUID]] = {
        True: undoing.removed,
        False: [image.record_id for image in undoing.restored],
    }
    with recorded_together():
        for removed, record_ids in restored.items():
            record_for_each(
                event=events.RecordUndone(subject="-", source=source, removed=removed),
                subjects=[f"record:{record_id}" for record_id in record_ids],
                by=by,
            )


def forget_before_images(*, by: str) -> int:
    """What stood before imports that can no longer be undone; how many batches."""
    return UndoBatch.objects.filter(at__lt=portal_clock() - UNDO_FOR).delete()[0]
