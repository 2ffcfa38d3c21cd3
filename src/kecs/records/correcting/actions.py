"""Correct who somebody is, on her record and in what she stated; keys are made anew, and the name that gives way is kept."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kecs.audit.transactions import whole
from kecs.matching.keys import KeyKind
from kecs.pii.fields import digests_of, seal_into, unseal_from
from kecs.records.actions import (
    Identity,
    SsnOnFile,
    make_findable,
    make_findable_by_name,
    wait_to_be_settled,
)
from kecs.records.importing.apply import apply_rows
from kecs.records.importing.prepare import NumberedRow
from kecs.records.importing.rows import ImportRow
from kecs.records.models import EducatorRecord, Holding, IdentityKey, StatedIdentity, WaitingIdentity

SOURCE = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The facts that are to be otherwise; None leaves a fact as it is. The SSN is whole: nine digits."""

    first_name: str | None = field(default=None, repr=False)
    last_surname: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    ssn: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What stands on a record or in a statement before it is corrected."""

    first_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    birth_date: str = field(repr=False)
    ssn: str = field(repr=False)


@whole
def correct_record(*, record_id: UUID, changes: Changes, by: str) -> Facts:
    """Change a record's facts, and answer those before. Raises SsnOnFile where somebody else has the SSN.

    The way is that of an imported row, so that the version of the identity rises, a name that gives way stays among
    the other names, and the keys are those that a reindex would make.
    """
    record = EducatorRecord.objects.select_for_update(no_key=True).get(pk=record_id)
    before = _facts_of(record)
    holder = Holding.objects.filter(record_id=record_id, released_at=None).first()
    if changes.ssn and _others_have(
        changes.ssn, record_id=record_id, account_id=holder.account_id if holder else None
    ):
        raise SsnOnFile
    row = ImportRow(
        staff_unique_id=record.staff_unique_id,
        first_name=changes.first_name or "",
        last_surname=changes.last_surname or "",
        birth_date=changes.birth_date,
        ssn=changes.ssn or "",
    )
    if apply_rows(rows=[NumberedRow(line=0, row=row)], source=SOURCE, corrects=True, by=by).rejected:
        raise SsnOnFile
    return before


def _others_have(ssn: str, *, record_id: UUID | None, account_id: UUID | None) -> bool:
    """Whether a full SSN is known, other than on this record or from this account's own words."""
    digests = digests_of(KeyKind.SSN.value, ssn)
    keys = IdentityKey.objects.filter(kind=KeyKind.SSN.value, digest__in=digests)
    owners = keys.values_list("record_id", "stated__account_id")
    return any(owner not in {(record_id, None), (None, account_id)} for owner in owners)


def _facts_of(row: EducatorRecord | StatedIdentity) -> Facts:
    return Facts(
        first_name=row.first_name,
        last_surname=row.last_surname,
        birth_date=unseal_from(row, "birth_date_sealed") or "",
        ssn=unseal_from(row, "ssn_sealed") or "",
    )


@whole
def wait_for_settling(*, account_id: UUID, by: str) -> None:
    """Until the transaction ends nobody settles this account; who is settling it now is waited for."""
    list(
        WaitingIdentity.objects.select_for_update(of=("self",), no_key=True).filter(
            stated__account_id=account_id
        )
    )


@whole
def state_anew(*, account_id: UUID, changes: Changes, by: str) -> Facts | None:
    """What the account states from now on, in a row of its own, and answer what it stated before; None if nothing.

    Search keys and the wait to be settled move to the new row. The new SSN is kept as far as the one before was asked:
    whole, or its last four; whole, too, where that was let go of with a lost key. None without a birth date. Raises SsnOnFile where somebody else has the SSN and no record of hers is under it.
    """
    stated = StatedIdentity.objects.filter(account_id=account_id).order_by("-number").first()
    if stated is None or (not stated.birth_date_sealed and changes.birth_date is None):
        return None
    before, lost = _facts_of(stated), not stated.ssn_sealed
    identity = _identity_after(before, changes)
    held = Holding.objects.filter(account_id=account_id, released_at=None).first()
    if changes.ssn and _others_have(
        changes.ssn, record_id=held.record_id if held else None, account_id=account_id
    ):
        raise SsnOnFile
    kept = identity.ssn[-len(before.ssn) :] if before.ssn else identity.ssn if lost else ""
    new = StatedIdentity(
        account_id=account_id,
        number=stated.number + 1,
        first_name=identity.first_name,
        last_surname=identity.last_surname,
    )
    seal_into(new, "birth_date_sealed", identity.birth_date.isoformat())
    seal_into(new, "ssn_sealed", kept)
    new.save(force_insert=True)
    make_findable_by_name(stated_id=new.pk, identity=identity, by=by)
    findable, _counts = IdentityKey.objects.filter(stated=stated).delete()
    if findable or (lost and kept and held is None):
        make_findable(stated_id=new.pk, identity=identity, by=by)
    waited, _counts = WaitingIdentity.objects.filter(stated=stated).delete()
    if waited:
        wait_to_be_settled(stated_id=new.pk, by=by)
    return before


def _identity_after(before: Facts, changes: Changes) -> Identity:
    return Identity(
        first_name=changes.first_name or before.first_name,
        last_surname=changes.last_surname or before.last_surname,
        birth_date=changes.birth_date or date.fromisoformat(before.birth_date),
        ssn=changes.ssn or before.ssn,
    )
