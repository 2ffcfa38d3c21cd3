"""Make everything ready that a batch of rows will write: what is on file is read, nothing is changed.

The import calls this in its worker processes, which see the database as it is before the batches in between are written,
and apply calls it again, under lock, where a batch met something that had changed since.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.utils import timezone

from kecs.audit.rows import Form, Packed, form
from kecs.matching.keys import Key, KeyKind, LinkageKind, linkage_keys, record_keys
from kecs.pii.fields import sealed_text, the_keyring
from kecs.pii.fingerprint import digester
from kecs.records.importing.images import Kept, image_row, kept_of
from kecs.records.importing.news import as_told, only_news, told_after
from kecs.records.importing.plan import Plan, PlanOutcome, changes_between, plan
from kecs.records.importing.rows import ImportRow, OnFile, Problem
from kecs.records.importing.stored import FULL_SSN, Stored, StoredRecord, sealed_in, told_in
from kecs.records.index import LINKAGE_DIGEST_BYTES
from kecs.records.name_keys import NamePair, name_keys
from kecs.records.record_ids import new_record_id

OTHER_NAME_COLUMNS = ("record_id", "first_name", "last_surname")
IDENTITY_KEY_COLUMNS = ("record_id", "kind", "key_id", "digest")
LINKAGE_KEY_COLUMNS = ("digest", "record_id", "key_id")
NAME_KEY_COLUMNS = ("record_id", "surname", "given")
# Keys are written in the order of their digests or names, which is that of the indexes: each page of them is found once a batch.
_digest_of_identity = itemgetter(IDENTITY_KEY_COLUMNS.index("digest"))
_name_of_key = itemgetter(slice(1, None))


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedRow:
    """A checked row and the line of the file it stands on."""

    line: int
    row: ImportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that a check, or what is on file, forbids."""

    line: int
    staff_unique_id: str
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A record that will change, and the version of it that was read."""

    record_id: UUID
    identity_version: int
    updated_at: datetime
    columns: tuple[str, ...]
    identity: bool  # whether its keys are made anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a batch will write, packed for its tables, and what will be told of it."""

    read: int = 0
    same: int = 0
    created: tuple[str, ...] = ()  # ids as text, which is cheaper to hand from process to process
    changed: tuple[Change, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    new_records: Packed = field(default=b"", repr=False)
    changed_records: Packed = field(default=b"", repr=False)
    other_names: Packed = field(default=b"", repr=False)
    identity_keys: Packed = field(default=b"", repr=False)
    linkage_keys: Packed = field(default=b"", repr=False)
    name_keys: Packed = field(default=b"", repr=False)
    # Keys that persons who wait to be settled have on SSNs of this batch: the records take them over.
    taken_over: tuple[bytes, ...] = field(default=(), repr=False)
    # For undoing an import: what stood before, and what was not there; one for each block.
    kept: tuple[Kept, ...] = field(default=(), repr=False)
    # What files have said under the numbers of records that came of a merge.
    told: tuple[tuple[UUID, bytes], ...] = field(default=(), repr=False)
    # Whether a row was rejected for what is on file, which a batch before this one may be about to change.
    doubtful: bool = False

    @property
    def problems(self) -> Counter[str]:
        """How often each code was told; one row may have several."""
        return Counter(rejected.problem.code for rejected in self.rejected)

    @property
    def rejected_rows(self) -> int:
        """How many rows were rejected."""
        return len({rejected.line for rejected in self.rejected})


def prepare_rows(
    rows: Sequence[NumberedRow],
    *,
    lock: bool,
    read: int = 0,
    rejected: Sequence[Rejected] = (),
    corrects: bool = False,
) -> Prepared:
    """`rejected` are rows of the same batch that the checks refused, and `read` counts both sorts.

    Of a record that came of a merge, a file tells only news; a row that `corrects` holds as it stands.
    """
    stored = Stored(
        ids=[numbered.row.staff_unique_id for numbered in rows],
        ssns=[numbered.row.ssn for numbered in rows if len(numbered.row.ssn) == FULL_SSN],
        lock=lock,
    )
    to = form()
    at = timezone.now()
    batch = _Batch(to=to, at=at, now=to.moment(at), keys=KeyCells(to))
    same, refused, by_checks = 0, list(rejected), len(rejected)
    for numbered in rows:
        row = numbered.row
        if row.staff_unique_id in stored.numbers:
            continue
        record = stored.records.get(row.staff_unique_id)
        on_file = stored.on_file(record) if record else None
        decided = plan(row, on_file=on_file, ssn_owner=stored.ssn_owner(row.ssn))
        if decided.problem:
            refused.append(
                Rejected(line=numbered.line, staff_unique_id=row.staff_unique_id, problem=decided.problem)
            )
        elif decided.outcome is PlanOutcome.SAME:
            same += 1
        else:
            batch.take_over(stored, row.staff_unique_id, on_file, decided)
            batch.add(row.staff_unique_id, record, decided)
    if stored.numbers:
        merged, refusals = _rows_of_merged(rows, stored, batch, corrects=corrects)
        same, refused = same + merged, refused + refusals
    prepared = batch.prepared(
        read=read or len(rows), same=same, rejected=tuple(sorted(refused, key=lambda each: each.line))
    )
    # Two numbers may lead to one record that came of a merge: then no other block is written with this one.
    return replace(prepared, doubtful=len(refused) > by_checks or bool(stored.numbers))


def joined(batches: Sequence[Prepared]) -> Prepared:
    """Batches that follow one another in a file, as one. No two are about the same record: its id would stand twice."""
    names = [each.name for each in fields(Prepared)]
    whole = Prepared(**{name: _together([getattr(batch, name) for batch in batches]) for name in names})
    if (
        isinstance(whole.identity_keys, bytes)
        or isinstance(whole.linkage_keys, bytes)
        or isinstance(whole.name_keys, bytes)
    ):
        return whole
    return replace(
        whole,
        identity_keys=sorted(whole.identity_keys, key=_digest_of_identity),
        linkage_keys=sorted(whole.linkage_keys),
        name_keys=sorted(whole.name_keys, key=_name_of_key),
    )


def _together(values: list[Any]) -> Any:
    """Counts are added, rows put one behind the other; every field of Prepared is one or the other, or says whether."""
    first = values[0]
    if isinstance(first, bool):
        return any(values)
    if isinstance(first, int):
        return sum(values)
    if isinstance(first, tuple):
        return tuple(chain.from_iterable(values))
    return b"".join(values) if all(isinstance(each, bytes) for each in values) else [*chain(*values)]


def _rows_of_merged(
    rows: Sequence[NumberedRow], stored: Stored, batch: "_Batch", *, corrects: bool
) -> tuple[int, list[Rejected]]:
    """Rows of records that came of a merge: several numbers may lead to one record, which is changed once, by what is news.

    Answers how many rows changed nothing by themselves, and which were rejected.
    """
    before, after, told = dict[str, OnFile](), dict[str, OnFile](), dict[str, OnFile]()
    read, refused = 0, []
    for numbered in rows:
        number = stored.numbers.get(numbered.row.staff_unique_id)
        if number is None:
            continue
        read += 1
        record = stored.records[number.leads_to]
        now = after.setdefault(number.leads_to, stored.on_file(record))
        before.setdefault(number.leads_to, now)
        news = numbered.row if corrects else only_news(numbered.row, told=number.told)
        row = replace(news, staff_unique_id=number.leads_to)
        decided = plan(row, on_file=now, ssn_owner=stored.ssn_owner(row.ssn))
        if decided.problem:
            staff_unique_id = numbered.row.staff_unique_id
            refused.append(
                Rejected(line=numbered.line, staff_unique_id=staff_unique_id, problem=decided.problem)
            )
            continue
        if decided.outcome is not PlanOutcome.SAME:
            batch.take_over(stored, number.leads_to, now, decided)
        after[number.leads_to] = decided.after
        if not corrects:
            told[numbered.row.staff_unique_id] = told_after(numbered.row, told=number.told)
    changed = 0
    for leads_to, made in after.items():
        on_file = before[leads_to]
        if changes := changes_between(on_file, made):
            changed += 1
            added = made.other_names - on_file.other_names
            decided = Plan(outcome=PlanOutcome.UPDATE, changes=changes, after=made, added_names=added)
            batch.add(leads_to, stored.records[leads_to], decided)
    for staff_unique_id, now in told.items():
        number = stored.numbers[staff_unique_id]
        if now != number.told:
            batch.told.append((number.id, sealed_text(as_told(now), told_in(number.id))))
    return read - changed - len({each.line for each in refused}), refused


@dataclass(slots=True, kw_only=True)
class _Batch:
    """The rows of each table, as they gather."""

    to: Form
    at: datetime
    now: Any  # the same, in the form of the database
    keys: "KeyCells"
    created: list[str] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    taken_over: list[bytes] = field(default_factory=list)
    told: list[tuple[UUID, bytes]] = field(default_factory=list)
    new_records: list[tuple[Any, ...]] = field(default_factory=list)
    changed_records: list[tuple[Any, ...]] = field(default_factory=list)
    other_names: list[tuple[Any, ...]] = field(default_factory=list)
    identity_keys: list[tuple[Any, ...]] = field(default_factory=list)
    linkage_keys: list[tuple[Any, ...]] = field(default_factory=list)
    name_keys: list[tuple[Any, ...]] = field(default_factory=list)
    images: list[list[Any]] = field(default_factory=list)

    def take_over(self, stored: Stored, staff_unique_id: str, on_file: OnFile | None, decided: Plan) -> None:
        """An SSN that changes leaves one owner for another, before the later rows of the batch are planned."""
        before = on_file.ssn if on_file else ""
        if before != decided.after.ssn:
            self.taken_over += stored.waiting_keys(decided.after.ssn)
            stored.moved(before=before, after=decided.after.ssn, staff_unique_id=staff_unique_id)

    def add(self, staff_unique_id: str, record: StoredRecord | None, decided: Plan) -> None:
        """Put one record's rows to the others."""
        record_id = record.id if record else new_record_id()
        cell, place = self.to.uuid(record_id), str(record_id)
        if record is None:
            self.created.append(place)
        else:
            change = Change(
                record_id=record_id,
                identity_version=record.identity_version,
                updated_at=record.updated_at,
                columns=decided.changes,
                identity=decided.changes_identity,
            )
            self.changed.append(change)
            image = image_row(record, identity=change.identity, added_names=decided.added_names)
            self.images.append(image)
        rows = self.new_records if record is None else self.changed_records
        rows.append((cell, self.to.text(staff_unique_id), *self._cells(place, record, decided)))
        if decided.added_names:
            names = sorted((name.last_surname, name.first_name) for name in decided.added_names)
            self.other_names += [(cell, self.to.text(first), self.to.text(last)) for last, first in names]
        if record is None or decided.changes_identity:
            identity, linkage = self.keys.cells(decided.after, record=cell)
            self.identity_keys += identity
            self.linkage_keys += linkage
            self.name_keys += self.keys.name_cells(decided.after, record=cell)

    def _cells(self, place: str, record: StoredRecord | None, decided: Plan) -> tuple[Any, ...]:
        to, after = self.to, decided.after
        born, ssn = (record.birth_date_sealed, record.ssn_sealed) if record else (None, None)
        if "birth_date" in decided.changes and after.birth_date:
            born = sealed_text(after.birth_date.isoformat(), sealed_in("birth_date_sealed", place))
        if "ssn" in decided.changes and after.ssn:
            ssn = sealed_text(after.ssn, sealed_in("ssn_sealed", place))
        version = record.identity_version + decided.changes_identity if record else 1
        return (
            to.text(after.first_name),
            to.text(after.middle_name),
            to.text(after.last_surname),
            to.text(after.generation_code_suffix),
            to.data(born),
            to.data(ssn),
            to.text(after.email),
            to.flag(after.deceased),
            to.number(version),
            to.moment(record.created_at) if record else self.now,
            self.now,
        )

    def prepared(self, *, read: int, same: int, rejected: tuple[Rejected, ...]) -> Prepared:
        """All of it, packed."""
        return Prepared(
            read=read,
            same=same,
            created=tuple(self.created),
            changed=tuple(self.changed),
            rejected=rejected,
            new_records=self.to.packed(self.new_records),
            changed_records=self.to.packed(self.changed_records),
            other_names=self.to.packed(self.other_names),
            identity_keys=self.to.packed(sorted(self.identity_keys, key=_digest_of_identity)),
            linkage_keys=self.to.packed(sorted(self.linkage_keys)),
            name_keys=self.to.packed(sorted(self.name_keys, key=_name_of_key)),
            taken_over=tuple(self.taken_over),
            kept=kept_of(at=self.at, read=read, created=self.created, images=self.images),
            told=tuple(self.told),
        )


class KeyCells:
    """Makes the rows of search keys and of linkage keys under the current key, and of name keys, in the form of the database."""

    def __init__(self, to: Form) -> None:
        keyring = the_keyring()
        self._to = to
        self._number = to.number(keyring.current)
        kinds: list[KeyKind | LinkageKind] = [*KeyKind, *LinkageKind]
        self._digesters = {kind: digester(keyring, kind.value) for kind in kinds}
        self._kinds = {kind: to.text(kind.value) for kind in kinds}

    def cells(self, after: OnFile, *, record: Any) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """The rows of one record, whose id is given in the form of the database."""
        data, number, digesters = self._to.data, self._number, self._digesters
        search, linkage = keys_of(after)
        identity = [
            (record, self._kinds[kind], number, data(digesters[kind](facts))) for kind, facts in search
        ]
        digests = sorted({digesters[kind](facts)[:LINKAGE_DIGEST_BYTES] for kind, facts in linkage})
        return identity, [(data(digest), record, number) for digest in digests]

    def name_cells(self, after: OnFile, *, record: Any) -> list[tuple[Any, ...]]:
        """The rows of one record's name keys: letters and digits, which every form leaves as they are."""
        return [(record, surname, given) for surname, given in name_keys_of(after)]

    def digests(self, after: OnFile) -> tuple[set[tuple[str, bytes]], set[bytes]]:
        """The same keys as they are found in the tables: search keys with their kind, and linkage keys."""
        search, linkage = keys_of(after)
        return (
            {(kind.value, self._digesters[kind](facts)) for kind, facts in search},
            {self._digesters[kind](facts)[:LINKAGE_DIGEST_BYTES] for kind, facts in linkage},
        )


def keys_of(after: OnFile) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """The search keys and the linkage keys of what a record holds."""
    last4, ssn = after.ssn[-4:] or None, after.ssn if len(after.ssn) == FULL_SSN else None
    linkage = linkage_keys(
        birth_date=after.birth_date,
        last4=last4,
        ssn=ssn,
        first_names=[after.first_name, *(name.first_name for name in after.other_names)],
        last_surnames=[after.last_surname, *(name.last_surname for name in after.other_names)],
    )
    return record_keys(birth_date=after.birth_date, last4=last4, ssn=ssn), linkage


def name_keys_of(after: OnFile) -> tuple[NamePair, ...]:
    """The name keys of what a record holds."""
    return name_keys(
        first_name=after.first_name,
        middle_name=after.middle_name,
        last_surname=after.last_surname,
        other_names=sorted(after.other_names, key=lambda name: (name.last_surname, name.first_name)),
    )
