"""Bring prepared batches into the records; the only part of importing that changes the database.

Called by load, batch by batch, and by the tests. A batch is one transaction: what it changes, the audit rows that tell
of it and the place that the run has reached stand or fall together, so a run that was killed goes on where it was.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction

from kecs.audit.actions import record as record_event
from kecs.audit.actions import record_for_each, recorded_together
from kecs.audit.clock import portal_clock
from kecs.audit.rows import Packed, insert_packed, unpacked
from kecs.audit.transactions import may_be_tried_again
from kecs.matching.keys import KeyKind, record_keys
from kecs.pii.fields import the_keyring, unseal_from
from kecs.records import events
from kecs.records.importing.prepare import (
    IDENTITY_KEY_COLUMNS,
    LINKAGE_KEY_COLUMNS,
    NAME_KEY_COLUMNS,
    OTHER_NAME_COLUMNS,
    NumberedRow,
    Prepared,
    prepare_rows,
)
from kecs.records.importing.stored import RECORDS, StoredRecord
from kecs.records.index import key_digest
from kecs.records.models import (
    EducatorRecord,
    IdentityKey,
    LinkageKey,
    NameKey,
    OtherName,
    RecordNumber,
    Run,
    StatedIdentity,
    StatedNameKey,
    UndoBatch,
)
from kecs.records.name_keys import name_keys

if TYPE_CHECKING:
    from kecs.records.importing.reindex import PreparedKeys

Ready = TypeVar("Ready")
_TRIES = 5
_BLOCKS_TOGETHER = 4
_STATED_AT_ONCE = 500
_FEW = 20
# One import at a time writes a batch on PostgreSQL, so that two never wait for each other in a circle; SQLite has one
# writer anyway. The number is ours among the advisory locks of the database.
_TURN = 0x6B656373_696D7074


class Elsewhere(Exception):
    """Another process brought the run further, or to its end, meanwhile."""


class _Stale(Exception):
    """A record changed between the reading and the writing of a batch."""


def apply_rows(*, rows: Sequence[NumberedRow], source: str, corrects: bool = False, by: str) -> Prepared:
    """Create and update records outside any run; `source` names the change in the audit log. Safe to repeat."""

    def write(_attempt: int) -> Prepared:
        prepared = prepare_rows(rows, lock=True, corrects=corrects)
        _write(prepared, source=source, by=by)
        return prepared

    return until_it_stands(write)


def apply_batch(
    *, run: Run, until: str, prepared: Prepared, again: Callable[[], Prepared], source: str, by: str
) -> Prepared:
    """Write a batch and bring the run from the place that it is at to `until`; what was written is returned.

    `again` prepares the same batch anew, under lock: it is asked where the batch met something that had changed since
    it was prepared, or may have been rejected for what batches before it changed. Raises Elsewhere.
    """

    def write(attempt: int) -> Prepared:
        _demand_place(run)
        ready = prepared if attempt == 1 and not prepared.doubtful else again()
        Run.objects.filter(pk=run.pk).update(**_advanced(run, until, ready))
        _write(ready, source=source, run=run, by=by)
        return ready

    written = until_it_stands(write)
    for column, value in _advanced(run, until, written).items():
        setattr(run, column, value)
    return written


def until_it_stands(write: Callable[[int], Ready]) -> Ready:
    """Write in a transaction; once more, where somebody registered or imported between our reading and our writing."""
    for attempt in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                take_turn()
                return write(attempt)
        except (IntegrityError, _Stale):
            if attempt == _TRIES:
                raise
        except OperationalError as error:
            if attempt == _TRIES or not may_be_tried_again(error):
                raise
    raise AssertionError("the last try returns or raises")


def take_turn() -> None:
    """Wait until no import writes, and let none write until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])


# --- Runs --------------------------------------------------------------------------------------------------------


def _make_room() -> None:
    """Keep more of SQLite's indexes in memory and in its log, or each batch writes most of their pages anew."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -49152")  # KiB
            cursor.execute("PRAGMA wal_autocheckpoint = 10000")  # pages


def blocks_together() -> int:
    """How many blocks become one transaction.

    Four on SQLite, where each transaction writes anew every page of the indexes that it touches, and nearly all are touched:
    300,000 rows took 110 s with five, and 156 s with two. A million rows need 484 MB with four, and needed more than 500
    with five.
    PostgreSQL would gain nothing, and the end of the audit chain would be locked for longer.
    """
    return _BLOCKS_TOGETHER if connection.vendor == "sqlite" else 1


def begin_run(*, kind: str, content: str, start: str, by: str) -> Run:
    """The unfinished run over this content, or a new one that stands at `start`.

    Where another run began since, an unfinished one begins anew: what it did may have been changed again.
    """
    _make_room()
    with transaction.atomic():
        take_turn()
        open_run = (
            Run.objects.select_for_update(no_key=True)
            .filter(kind=kind, content=content, ended_at=None)
            .first()
        )
        if open_run and not Run.objects.filter(started_at__gt=open_run.started_at).exists():
            return open_run
        if open_run:
            Run.objects.filter(pk=open_run.pk).update(ended_at=portal_clock())
        return Run.objects.create(kind=kind, content=content, place=start, started_by=by)


def end_run(*, run: Run, by: str) -> None:
    """Close the run that has come to its end. Raises Elsewhere."""
    ended = Run.objects.filter(pk=run.pk, place=run.place, ended_at=None)
    if not ended.update(ended_at=portal_clock(), whole=True):
        raise Elsewhere
    run.refresh_from_db()


def _demand_place(run: Run) -> None:
    now = (
        Run.objects.select_for_update(no_key=True)
        .filter(pk=run.pk, ended_at=None)
        .values_list("place", flat=True)
    )
    if list(now) != [run.place]:
        raise Elsewhere


def _advanced(run: Run, until: str, ready: Prepared) -> dict[str, Any]:
    """What the run's row says once the batch is written."""
    return {
        "place": until,
        "read": run.read + ready.read,
        "created": run.created + len(ready.created),
        "updated": run.updated + len(ready.changed),
        "same": run.same + ready.same,
        "rejected": run.rejected + ready.rejected_rows,
        "problems": dict(Counter(run.problems) + ready.problems),
        "moved_at": portal_clock(),
    }


# --- Keys --------------------------------------------------------------------------------------------------------


def apply_keys(
    *, run: Run, until: str, prepared: "PreparedKeys", again: Callable[[], "PreparedKeys"], by: str
) -> None:
    """Exchange the keys of a batch of records, and bring the run to `until`. `again` and Elsewhere as in apply_batch."""

    def write(attempt: int) -> dict[str, Any]:
        _demand_place(run)
        ready = prepared if attempt == 1 else again()
        advanced = {
            "place": until,
            "read": run.read + ready.read,
            "updated": run.updated + len(ready.changed),
            "same": run.same + ready.read - len(ready.changed),
            "moved_at": portal_clock(),
        }
        Run.objects.filter(pk=run.pk).update(**advanced)
        if ready.changed:
            _demand_unchanged(ready.changed)
            insert_keys_instead(list(ready.changed), ready)
        return advanced

    for column, value in until_it_stands(write).items():
        setattr(run, column, value)


def apply_stated_keys(*, by: str) -> None:
    """Exchange the search keys of those who stated who they are and have no record, where they are of an older root."""
    current = the_keyring().current

    def write(_attempt: int) -> int:
        keys = IdentityKey.objects.filter(record=None).exclude(key_id=current).select_related("stated")
        some = keys.select_for_update(of=("self",), no_key=True).order_by("pk")[:_STATED_AT_ONCE]
        for key in some:
            stated = key.stated
            if stated is not None:
                born, ssn = unseal_from(stated, "birth_date_sealed"), unseal_from(stated, "ssn_sealed") or ""
                search = record_keys(
                    birth_date=date.fromisoformat(born) if born else None, last4=ssn[-4:] or None, ssn=ssn
                )
                [digest] = [key_digest(each) for each in search if each.kind.value == key.kind]
                IdentityKey.objects.filter(pk=key.pk).update(key_id=current, digest=digest)
        return len(some)

    while until_it_stands(write) == _STATED_AT_ONCE:
        pass


def apply_stated_names(*, by: str) -> None:
    """Exchange the name keys of everybody who stated who she is, where they are not those of today."""
    after = UUID(int=0)

    def write(_attempt: int) -> UUID | None:
        # What was stated never changes, so that nothing needs to be locked.
        page = list(StatedIdentity.objects.filter(pk__gt=after).order_by("pk")[:_STATED_AT_ONCE])
        wanted = {
            (stated.pk, *key)
            for stated in page
            for key in name_keys(
                first_name=stated.first_name, middle_name="", last_surname=stated.last_surname
            )
        }
        keys = StatedNameKey.objects.filter(stated__in=[stated.pk for stated in page])
        present = set(keys.values_list("stated_id", "surname", "given"))
        wrong = {stated_id for stated_id, _surname, _given in present ^ wanted}
        if wrong:
            keys.filter(stated__in=wrong).delete()
            StatedNameKey.objects.bulk_create(
                StatedNameKey(stated_id=stated_id, surname=surname, given=given)
                for stated_id, surname, given in sorted(wanted)
                if stated_id in wrong
            )
        return page[-1].pk if page else None

    while (reached := until_it_stands(write)) is not None:
        after = reached


def end_reindex(*, run: Run, by: str) -> None:
    """Close the run, and put it on the log. Raises Elsewhere."""
    with transaction.atomic():
        end_run(run=run, by=by)
        event = events.RecordsReindexed(
            subject="-", key=the_keyring().current, records=run.read, changed=run.updated
        )
        record_event(event=event, by=by)


def insert_keys_instead(record_ids: Collection[UUID], ready: "Prepared | PreparedKeys") -> None:
    # Away with the old keys of all of them first, of whatever root: two records of one batch may exchange an SSN.
    if record_ids:
        IdentityKey.objects.filter(record__in=record_ids).delete()
        LinkageKey.objects.filter(record__in=record_ids).delete()
        NameKey.objects.filter(record__in=record_ids).delete()
    insert_packed(IdentityKey._meta.db_table, IDENTITY_KEY_COLUMNS, ready.identity_keys)
    insert_packed(LinkageKey._meta.db_table, LINKAGE_KEY_COLUMNS, ready.linkage_keys)
    insert_packed(NameKey._meta.db_table, NAME_KEY_COLUMNS, ready.name_keys)


# --- Writing -----------------------------------------------------------------------------------------------------


def _write(ready: Prepared, *, source: str, run: Run | None = None, by: str) -> None:
    if ready.changed:
        _demand_unchanged(
            {each.record_id: (each.identity_version, each.updated_at) for each in ready.changed}
        )
        update_records(ready.changed_records)
    if run is not None:
        _keep_before(run, ready)
    if ready.taken_over:
        # Whoever waits under an SSN that the file brings is settled with the record that has it from now on.
        waiting = IdentityKey.objects.filter(kind=KeyKind.SSN.value, record=None)
        waiting.filter(digest__in=ready.taken_over).delete()
    insert_packed(RECORDS, StoredRecord._fields, ready.new_records)
    insert_packed(OtherName._meta.db_table, OTHER_NAME_COLUMNS, ready.other_names)
    for number_id, sealed in ready.told:
        RecordNumber.objects.filter(pk=number_id).update(told_sealed=sealed)
    identities = [each.record_id for each in ready.changed if each.identity]
    insert_keys_instead(identities, ready)
    # What the database checks at the end it checks now: from here on, the end of the audit chain stays locked.
    _check_references()
    _record(ready, source=source, by=by)


def _keep_before(run: Run, ready: Prepared) -> None:
    """What undoing needs: one row for all of a block, so that nothing is done record by record for this."""
    after, batches = run.read, []
    for kept in ready.kept:
        if kept.created or kept.before_sealed:
            batches.append(
                UndoBatch(
                    id=kept.id,
                    run=run,
                    after=after,
                    at=kept.at,
                    created=kept.created,
                    before_sealed=kept.before_sealed,
                )
            )
        after += kept.read
    if batches and ready.taken_over:
        taken = IdentityKey.objects.filter(kind=KeyKind.SSN.value, record=None, digest__in=ready.taken_over)
        # With the first: it is undone last, when no record has these numbers any more.
        batches[0].taken_over = [
            [str(stated_id), key_id, bytes(digest).hex()]
            for stated_id, key_id, digest in taken.values_list("stated_id", "key_id", "digest")
        ]
    UndoBatch.objects.bulk_create(batches)


def _check_references() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _demand_unchanged(versions: Mapping[UUID, tuple[int, datetime]]) -> None:
    found = EducatorRecord.objects.filter(pk__in=versions).select_for_update(no_key=True)
    rows = found.order_by("staff_unique_id").values_list("pk", "identity_version", "updated_at")
    if {record_id: (version, at) for record_id, version, at in rows} != dict(versions):
        raise _Stale


def update_records(rows: Packed) -> None:
    """A few one by one, for the role of the pages may make no table; many by way of a table of their own."""
    columns = StoredRecord._fields[1:]
    with connection.cursor() as cursor:
        if isinstance(rows, bytes) and rows.count(b"\n") > _FEW:
            cursor.execute(f"CREATE TEMPORARY TABLE import_changed (LIKE {RECORDS}) ON COMMIT DROP")
            insert_packed("import_changed", StoredRecord._fields, rows)
            assignments = ", ".join(f"{column} = changed.{column}" for column in columns)
            cursor.execute(
                f"UPDATE {RECORDS} SET {assignments} FROM import_changed changed WHERE {RECORDS}.id = changed.id"  # noqa: S608 - our own names
            )
            cursor.execute("DROP TABLE import_changed")
        else:
            assignments = ", ".join(f"{column} = %s" for column in columns)
            cursor.executemany(
                f"UPDATE {RECORDS} SET {assignments} WHERE id = %s",  # noqa: S608 - our own names
                [(*row[1:], row[0]) for row in unpacked(rows)],
            )


def _record(ready: Prepared, *, source: str, by: str) -> None:
    """Last, and all at once: the end of the audit chain stays locked from here on."""
    with recorded_together():
        created = [f"record:{record_id}" for record_id in ready.created]
        record_for_each(event=events.RecordCreated(subject="-", source=source), subjects=created, by=by)
        alike = sorted(ready.changed, key=lambda each: each.columns)
        for columns, changes in groupby(alike, key=lambda each: each.columns):
            event = events.RecordChanged(subject="-", source=source, columns=columns)
            record_for_each(event=event, subjects=[f"record:{each.record_id}" for each in changes], by=by)
