"""Bring checked rows into the records; the only part of importing that knows the database.

Called by the import command, batch by batch. A batch is one transaction: what it changes and the audit rows that
tell of it stand or fall together, so a run that stops half-way is finished by running the same file again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from kecs.audit.actions import record_all
from kecs.matching.keys import KeyKind, linkage_keys, record_keys
from kecs.matching.names import OtherName as Name
from kecs.pii.fields import seal_into, the_keyring, unseal_from
from kecs.records import events
from kecs.records.importing.plan import Plan, PlanOutcome, plan
from kecs.records.importing.rows import ImportRow, OnFile, Problem
from kecs.records.index import identity_key_rows, key_digest, linkage_key_rows
from kecs.records.models import EducatorRecord, IdentityKey, LinkageKey, OtherName

BATCH = 1_000
_TRIES = 3
_FULL_SSN = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedRow:
    """A checked row and the line of the file it stands on."""

    line: int
    row: ImportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that what is on file forbids."""

    line: int
    staff_unique_id: str
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """What became, or would become, of a batch."""

    created: int = 0
    updated: int = 0
    same: int = 0
    rejected: tuple[Rejected, ...] = ()


def preview_rows(rows: Sequence[NumberedRow]) -> BatchResult:
    """What apply_rows would do now. Changes nothing."""
    return _result(_plans(_Stored(rows, lock=False), rows))


def apply_rows(*, rows: Sequence[NumberedRow], source: str, by: str) -> BatchResult:
    """Create and update records; `source` names the import in the audit log. Safe to repeat."""
    for attempt in range(1, _TRIES + 1):
        try:
            return _apply(rows=rows, source=source, by=by)
        except IntegrityError:
            # Somebody registered, or another import ran, between our reading and our writing: read again.
            if attempt == _TRIES:
                raise
    raise AssertionError("the loop returns or raises")


@dataclass(slots=True, kw_only=True)
class _Planned:
    numbered: NumberedRow
    plan: Plan
    record: EducatorRecord | None = field(repr=False)


@transaction.atomic
def _apply(*, rows: Sequence[NumberedRow], source: str, by: str) -> BatchResult:
    planned = _plans(_Stored(rows, lock=True), rows)
    created = [each for each in planned if each.plan.outcome is PlanOutcome.CREATE]
    updated = [each for each in planned if each.plan.outcome is PlanOutcome.UPDATE]
    _create(created)
    _update(updated)
    # Last, for the end of the audit chain stays locked from here on.
    record_all(events=[event for each in planned if (event := _event(each, source))], by=by)
    return _result(planned)


def _event(each: _Planned, source: str) -> events.RecordCreated | events.RecordChanged | None:
    subject = f"record:{each.record.pk}" if each.record else ""
    if each.plan.outcome is PlanOutcome.CREATE:
        return events.RecordCreated(subject=subject, source=source)
    if each.plan.outcome is PlanOutcome.UPDATE:
        return events.RecordChanged(subject=subject, source=source, columns=each.plan.changes)
    return None


# --- Reading -----------------------------------------------------------------------------------------------------


class _Stored:
    """The records that a batch is about: by id, and who has which full SSN."""

    def __init__(self, rows: Iterable[NumberedRow], *, lock: bool) -> None:
        stored = EducatorRecord.objects.prefetch_related("other_names")
        if lock:
            stored = stored.select_for_update().order_by("staff_unique_id")
        ids = [numbered.row.staff_unique_id for numbered in rows]
        self.records = {record.staff_unique_id: record for record in stored.filter(staff_unique_id__in=ids)}
        digests = {digest for numbered in rows if (digest := _ssn_digest(numbered.row.ssn)) is not None}
        owners = IdentityKey.objects.filter(
            kind=KeyKind.SSN.value, key_id=the_keyring().current, digest__in=digests, record__isnull=False
        ).values_list("digest", "record__staff_unique_id")
        self._owners = {bytes(digest): owner for digest, owner in owners}

    def ssn_owner(self, ssn: str) -> str | None:
        """The id of the record that has this full SSN."""
        digest = _ssn_digest(ssn)
        return None if digest is None else self._owners.get(digest)

    def moved(self, *, before: str, after: str, staff_unique_id: str) -> None:
        """Earlier rows of the batch count as done when later ones are planned."""
        old, new = _ssn_digest(before), _ssn_digest(after)
        if old is not None:
            self._owners.pop(old, None)
        if new is not None:
            self._owners[new] = staff_unique_id


def _ssn_digest(ssn: str) -> bytes | None:
    if len(ssn) != _FULL_SSN:
        return None
    keys = record_keys(birth_date=None, last4=None, ssn=ssn)
    return key_digest(keys[0]) if keys else None  # a place-holder such as 123456789 is nobody's


def _plans(stored: _Stored, rows: Sequence[NumberedRow]) -> list[_Planned]:
    planned = []
    for numbered in rows:
        row = numbered.row
        record = stored.records.get(row.staff_unique_id)
        on_file = _on_file(record) if record else None
        decided = plan(row, on_file=on_file, ssn_owner=stored.ssn_owner(row.ssn))
        if decided.outcome in {PlanOutcome.CREATE, PlanOutcome.UPDATE}:
            before = on_file.ssn if on_file else ""
            if before != decided.after.ssn:
                stored.moved(before=before, after=decided.after.ssn, staff_unique_id=row.staff_unique_id)
        planned.append(_Planned(numbered=numbered, plan=decided, record=record))
    return planned


def _on_file(record: EducatorRecord) -> OnFile:
    born = unseal_from(record, "birth_date_sealed")
    return OnFile(
        first_name=record.first_name,
        middle_name=record.middle_name,
        last_surname=record.last_surname,
        generation_code_suffix=record.generation_code_suffix,
        other_names=frozenset(
            Name(first_name=other.first_name, last_surname=other.last_surname)
            for other in record.other_names.all()
        ),
        birth_date=date.fromisoformat(born) if born else None,
        ssn=unseal_from(record, "ssn_sealed") or "",
        email=record.contact_email,
        deceased=record.deceased,
    )


# --- Writing -----------------------------------------------------------------------------------------------------


def _create(planned: list[_Planned]) -> None:
    for each in planned:
        each.record = EducatorRecord(staff_unique_id=each.numbered.row.staff_unique_id)
        _set_values(each.record, each.plan)
    EducatorRecord.objects.bulk_create(_records(planned))
    _add_names_and_keys(planned)


def _update(planned: list[_Planned]) -> None:
    identities = [each for each in planned if each.plan.changes_identity]
    # Away with the old keys of all of them first: two records of one batch may exchange an SSN.
    IdentityKey.objects.filter(record__in=_records(identities)).delete()
    LinkageKey.objects.filter(record__in=_records(identities)).delete()
    for each in planned:
        record = each.record
        if record is not None:
            _set_values(record, each.plan)
            record.identity_version += each.plan.changes_identity
            record.updated_at = timezone.now()
            record.save()
    _add_names_and_keys(identities)


def _records(planned: Iterable[_Planned]) -> list[EducatorRecord]:
    return [each.record for each in planned if each.record is not None]


def _set_values(record: EducatorRecord, decided: Plan) -> None:
    after = decided.after
    record.first_name = after.first_name
    record.middle_name = after.middle_name
    record.last_surname = after.last_surname
    record.generation_code_suffix = after.generation_code_suffix
    record.contact_email = after.email
    record.deceased = after.deceased
    if "birth_date" in decided.changes:
        seal_into(record, "birth_date_sealed", after.birth_date.isoformat() if after.birth_date else None)
    if "ssn" in decided.changes:
        seal_into(record, "ssn_sealed", after.ssn or None)


def _add_names_and_keys(planned: list[_Planned]) -> None:
    OtherName.objects.bulk_create(
        OtherName(record=each.record, first_name=name.first_name, last_surname=name.last_surname)
        for each in planned
        for name in sorted(each.plan.added_names, key=lambda name: (name.last_surname, name.first_name))
    )
    rows = [row for each in planned for row in _identity_key_rows(each)]
    # Somebody who waits may have given the same number: on file goes before.
    ssns = [row.digest for row in rows if row.kind == KeyKind.SSN.value]
    IdentityKey.objects.filter(kind=KeyKind.SSN.value, digest__in=ssns, stated__isnull=False).delete()
    IdentityKey.objects.bulk_create(rows)
    LinkageKey.objects.bulk_create(row for each in planned for row in _linkage_key_rows(each))


def _identity_key_rows(each: _Planned) -> list[IdentityKey]:
    after, record = each.plan.after, each.record
    keys = record_keys(birth_date=after.birth_date, last4=after.ssn[-4:] or None, ssn=_full(after.ssn))
    return identity_key_rows(keys, record_id=record.pk) if record else []


def _linkage_key_rows(each: _Planned) -> list[LinkageKey]:
    after, record = each.plan.after, each.record
    keys = linkage_keys(
        birth_date=after.birth_date,
        last4=after.ssn[-4:] or None,
        ssn=_full(after.ssn),
        first_names=(after.first_name, *(name.first_name for name in after.other_names)),
        last_surnames=(after.last_surname, *(name.last_surname for name in after.other_names)),
    )
    return linkage_key_rows(keys, record_id=record.pk) if record else []


def _full(ssn: str) -> str | None:
    return ssn if len(ssn) == _FULL_SSN else None


def _result(planned: list[_Planned]) -> BatchResult:
    outcomes = [each.plan.outcome for each in planned]
    return BatchResult(
        created=outcomes.count(PlanOutcome.CREATE),
        updated=outcomes.count(PlanOutcome.UPDATE),
        same=outcomes.count(PlanOutcome.SAME),
        rejected=tuple(
            Rejected(
                line=each.numbered.line,
                staff_unique_id=each.numbered.row.staff_unique_id,
                problem=each.plan.problem,
            )
            for each in planned
            if each.plan.problem
        ),
    )
