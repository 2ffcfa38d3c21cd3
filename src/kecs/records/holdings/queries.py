"""Who holds which record, how surely, and since when; other rooms ask here."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from kecs.audit.by_hand import first_of, first_row
from kecs.pii.fields import digest_of, digests_of, unseal_from
from kecs.records.kinds import AssuranceLevel, Ending
from kecs.records.models import EducatorRecord, Holding

CONTACT = "records.contact_email"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """A hold of an account on a record. `ended` is set when it is over."""

    holding_id: UUID
    record_id: UUID
    account_id: UUID
    level: AssuranceLevel
    frozen: bool
    contests: bool
    held_at: datetime
    provisional_until: datetime | None
    ended: Ending | None
    contact_digest: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """What the agency has on file, fit for the page of its verified holder: the SSN masked."""

    staff_unique_id: str = field(repr=False)
    first_name: str = field(repr=False)
    middle_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    generation_code_suffix: str = field(repr=False)
    other_names: tuple[str, ...] = field(repr=False)
    birth_date: date | None = field(repr=False)
    ssn_masked: str = field(repr=False)
    contact_email: str = field(repr=False)


def seen(holding: Holding) -> HeldRecord:
    """A row, as other rooms may see it."""
    return HeldRecord(
        holding_id=holding.pk,
        record_id=holding.record_id,
        account_id=holding.account_id,
        level=AssuranceLevel(holding.level),
        frozen=holding.frozen_at is not None,
        contests=holding.contests,
        held_at=holding.held_at,
        provisional_until=holding.provisional_until,
        ended=Ending(holding.released_because) if holding.released_at else None,
        contact_digest=bytes(holding.contact_digest) if holding.contact_digest else None,
    )


def held_by(account_id: UUID) -> HeldRecord | None:
    """The record that this account holds, or contests, now."""
    return _hold("account_id = %s AND released_at IS NULL", account_id)


def last_held_by(account_id: UUID) -> HeldRecord | None:
    """The hold that this account has now, or had last."""
    return _hold("account_id = %s ORDER BY held_at DESC, id DESC", account_id)


def holding(holding_id: UUID) -> HeldRecord | None:
    """One hold, whether or not it is over."""
    return _hold("id = %s", holding_id)


def _hold(which: str, value: UUID) -> HeldRecord | None:
    found = first_of(Holding, which, value)
    return seen(found) if found else None


def holder_of(record_id: UUID) -> UUID | None:
    """The account that holds this record now; who contests it does not."""
    return (
        Holding.objects.filter(record_id=record_id, released_at=None, contests=False)
        .values_list("account_id", flat=True)
        .first()
    )


def live_holders_of(record_id: UUID) -> list[UUID]:
    """The accounts that hold or contest this record now, the holder first."""
    live = Holding.objects.filter(record_id=record_id, released_at=None).order_by("contests", "held_at", "pk")
    return list(live.values_list("account_id", flat=True))


def lapsing(*, at: datetime, limit: int) -> list[UUID]:
    """Holds whose time to give evidence is over, the longest first."""
    return list(
        Holding.objects.filter(released_at=None, frozen_at=None, provisional_until__lte=at)
        .order_by("provisional_until")
        .values_list("pk", flat=True)[:limit]
    )


def contact_email_of(record_id: UUID) -> str:
    """The address on file for this record, or an empty text."""
    row = first_row("contact_email FROM records_educatorrecord WHERE id = %s", record_id)
    if row is None:
        raise EducatorRecord.DoesNotExist
    return str(row[0])


def contact_digest_of(address: str) -> bytes | None:
    """What a new hold keeps of the address on file."""
    return digest_of(CONTACT, address.lower()) if address else None


def was_on_file(held: HeldRecord, address: str) -> bool:
    """Whether this address stood on file for the record before the claim, and stands there still."""
    if held.contact_digest is None or contact_email_of(held.record_id).lower() != address.lower():
        return False
    return held.contact_digest in digests_of(CONTACT, address.lower())


def address_on_file_before(held: HeldRecord) -> str:
    """The address that stood on file for the record before the claim and stands there still, or an empty text."""
    address = contact_email_of(held.record_id)
    return address if address and was_on_file(held, address) else ""


def names_on_file(record_id: UUID) -> tuple[str, str]:
    """First name and last surname, for the envelope of a letter."""
    return EducatorRecord.objects.values_list("first_name", "last_surname").get(pk=record_id)


def has_whole_ssn(record_id: UUID) -> bool:
    """Whether nine digits are on file, and not the last four only."""
    record = EducatorRecord.objects.only("id", "ssn_sealed").get(pk=record_id)
    return len(unseal_from(record, "ssn_sealed") or "") == 9


def stored_record(record_id: UUID) -> StoredRecord:
    """What is on file, unsealed. Only for the page of a verified holder: ask kecs.assurance first."""
    record = EducatorRecord.objects.get(pk=record_id)
    born, number = unseal_from(record, "birth_date_sealed"), unseal_from(record, "ssn_sealed") or ""
    names = record.other_names.order_by("last_surname", "first_name")
    return StoredRecord(
        staff_unique_id=record.staff_unique_id,
        first_name=record.first_name,
        middle_name=record.middle_name,
        last_surname=record.last_surname,
        generation_code_suffix=record.generation_code_suffix,
        other_names=tuple(f"{name.first_name} {name.last_surname}".strip() for name in names),
        birth_date=date.fromisoformat(born) if born else None,
        ssn_masked=f"***-**-{number[-4:]}" if number else "",
        contact_email=record.contact_email,
    )
