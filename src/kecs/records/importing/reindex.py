"""Make the keys of everybody anew, under the current root of the keyring; `kecs reindex` calls this.

Needed when a root was added to the keyring, or when the facts that keys are made of changed, and once after the update
that brought the names by which staff find people. Searches and registrations
go on: they look under every root, and each batch exchanges the keys of its people in one transaction. Whoever stands
under the right keys already is left alone. It can be killed and goes on where it was.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from kecs.audit.rows import Packed, form
from kecs.matching.keys import KeyKind, LinkageKind
from kecs.pii.fields import the_keyring
from kecs.records.importing.apply import (
    Elsewhere,
    apply_keys,
    apply_stated_keys,
    apply_stated_names,
    begin_run,
    end_reindex,
)
from kecs.records.importing.parse import BATCH
from kecs.records.importing.prepare import KeyCells, name_keys_of
from kecs.records.importing.stored import Stored, StoredRecord
from kecs.records.importing.workers import Workers
from kecs.records.models import EducatorRecord, IdentityKey, LinkageKey, NameKey, Run
from kecs.records.name_keys import VERSION

KIND = "reindex"
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedKeys:
    """The new keys of those records of a batch that do not stand under them."""

    read: int
    changed: dict[UUID, tuple[int, Any]]  # the version of each record that was read: number and time
    identity_keys: Packed = field(repr=False)
    linkage_keys: Packed = field(repr=False)
    name_keys: Packed = field(repr=False)


class KeyMaker:
    """Answers the ids of some records with the keys they lack."""

    def __call__(self, record_ids: Sequence[UUID], *, lock: bool = False) -> PreparedKeys:
        """What a worker does."""
        stored = Stored.of_records(record_ids, lock=lock)
        present, present_names = _present(record_ids), _present_names(record_ids)
        to = form()
        keys = KeyCells(to)
        changed: list[StoredRecord] = []
        identity: list[tuple[Any, ...]] = []
        linkage: list[tuple[Any, ...]] = []
        names: list[tuple[Any, ...]] = []
        for record in stored.records.values():
            on_file = stored.on_file(record)
            digests, named = present.get(record.id, (set(), set())), present_names.get(record.id, set())
            if keys.digests(on_file) != digests or set(name_keys_of(on_file)) != named:
                changed.append(record)
                names += keys.name_cells(on_file, record=to.uuid(record.id))
                cells = keys.cells(on_file, record=to.uuid(record.id))
                identity += cells[0]
                linkage += cells[1]
        return PreparedKeys(
            read=len(record_ids),
            changed={record.id: (record.identity_version, record.updated_at) for record in changed},
            identity_keys=to.packed(identity),
            linkage_keys=to.packed(linkage),
            name_keys=to.packed(names),
        )


def _present(record_ids: Sequence[UUID]) -> dict[UUID, tuple[set[tuple[str, bytes]], set[bytes]]]:
    """The keys that records stand under now, of whatever root."""
    found: dict[UUID, tuple[set[tuple[str, bytes]], set[bytes]]] = {}
    searched = IdentityKey.objects.filter(record__in=record_ids).values_list("record_id", "kind", "digest")
    for record_id, kind, digest in searched:
        found.setdefault(record_id, (set(), set()))[0].add((kind, bytes(digest)))
    near = LinkageKey.objects.filter(record__in=record_ids).values_list("record_id", "digest")
    for record_id, digest in near:
        found.setdefault(record_id, (set(), set()))[1].add(bytes(digest))
    return found


def _present_names(record_ids: Sequence[UUID]) -> dict[UUID, set[tuple[str, str]]]:
    """The name keys that records stand under now."""
    found: dict[UUID, set[tuple[str, str]]] = {}
    rows = NameKey.objects.filter(record__in=record_ids).values_list("record_id", "surname", "given")
    for record_id, surname, given in rows:
        found.setdefault(record_id, set()).add((surname, given))
    return found


MAKER = f"{__name__}.{KeyMaker.__name__}"


def how_many() -> int:
    """Records there are."""
    return EducatorRecord.objects.count()


def keys_run(*, by: str) -> Run:
    """The unfinished run under the current root and kinds of keys, or a new one."""
    keyring = the_keyring()
    kinds = ",".join(kind.value for kind in (*KeyKind, *LinkageKind))
    made_of = f"{keyring.current}:{sorted(keyring.roots)}:{kinds}:{VERSION}"
    content = sha256(made_of.encode()).hexdigest()
    return begin_run(kind=KIND, content=content, start=str(NOBODY), by=by)


def reindex(*, run: Run, workers: Workers, on_progress: Callable[[int], None], by: str) -> None:
    """Bring the run to its end, from the place that it has reached."""
    while run.ended_at is None:
        try:
            for read in _of_records(run, workers, by=by):
                on_progress(read)
            apply_stated_keys(by=by)
            apply_stated_names(by=by)
            end_reindex(run=run, by=by)
        except Elsewhere:
            run.refresh_from_db()


def _of_records(run: Run, workers: Workers, *, by: str) -> Iterator[int]:
    asked: deque[list[UUID]] = deque()

    def pages() -> Iterator[list[UUID]]:
        after = UUID(run.place)
        while page := list(
            EducatorRecord.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]
        ):
            asked.append(page)
            yield page
            after = page[-1]

    with closing(workers.answers(pages())) as answers:
        for prepared in answers:
            page = asked.popleft()
            apply_keys(
                run=run,
                until=str(page[-1]),
                prepared=prepared,
                again=partial(KeyMaker(), page, lock=True),
                by=by,
            )
            yield prepared.read
