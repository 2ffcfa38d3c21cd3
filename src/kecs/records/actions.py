"""Everything that changes records, holdings and cases; each in a transaction with its audit row."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from kecs.audit.actions import record as record_event
from kecs.matching.keys import record_keys
from kecs.pii.fields import seal_into, the_keyring
from kecs.records import events
from kecs.records.kinds import AssuranceLevel, CaseKind
from kecs.records.models import Case, EducatorRecord, Holding, IdentityKey, StatedIdentity
from kecs.records.queries import key_digest
from kecs.records.staff_unique_ids import new_staff_unique_id


class RecordTaken(Exception):
    """Another account holds the record, or this account holds another."""


class SsnOnFile(Exception):
    """Another record came to have this full SSN first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody says she is: names as typed, and the digits that were asked (nine, or the last four)."""

    first_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    birth_date: date = field(repr=False)
    ssn: str = field(repr=False)


def state_identity(*, account_id: UUID, identity: Identity, by: str) -> None:
    """Keep what the person said about herself. It is never changed afterwards."""
    stated = StatedIdentity(
        account_id=account_id, first_name=identity.first_name, last_surname=identity.last_surname
    )
    seal_into(stated, "birth_date_sealed", identity.birth_date.isoformat())
    seal_into(stated, "ssn_sealed", identity.ssn)
    stated.save(force_insert=True)


@transaction.atomic
def hold_record(
    *, record_id: UUID, account_id: UUID, level: AssuranceLevel, because: Iterable[str], by: str
) -> UUID:
    """Let the account hold the record. The database decides a race: raises RecordTaken for all but one."""
    attributes = tuple(because)
    try:
        holding = Holding.objects.create(
            record_id=record_id, account_id=account_id, level=level, because=list(attributes), held_by=by
        )
    except IntegrityError:
        raise RecordTaken from None
    record_event(
        event=events.RecordHeld(
            subject=f"record:{record_id}", account=str(account_id), level=int(level), because=attributes
        ),
        by=by,
    )
    return holding.pk


@transaction.atomic
def create_record(*, identity: Identity, by: str) -> UUID:
    """Make the record of a person who is not on file. Raises SsnOnFile when another was made with her SSN meanwhile."""
    created = EducatorRecord(
        id=uuid4(),
        staff_unique_id=new_staff_unique_id(),
        first_name=identity.first_name,
        last_surname=identity.last_surname,
    )
    seal_into(created, "birth_date_sealed", identity.birth_date.isoformat())
    seal_into(created, "ssn_sealed", identity.ssn)
    keys = record_keys(
        birth_date=identity.birth_date,
        last4=identity.ssn[-4:],
        ssn=identity.ssn,
        surnames=[identity.last_surname],
    )
    try:
        created.save(force_insert=True)
        IdentityKey.objects.bulk_create(
            IdentityKey(
                record=created, kind=key.kind.value, key_id=the_keyring().current, digest=key_digest(key)
            )
            for key in keys
        )
    except IntegrityError:
        raise SsnOnFile from None
    record_event(event=events.RecordCreated(subject=f"record:{created.pk}", source="registration"), by=by)
    return created.pk


@transaction.atomic
def open_case(
    *,
    kind: CaseKind,
    account_id: UUID | None,
    record_ids: Iterable[UUID],
    because: Iterable[str],
    facts: dict[str, str] | None = None,
    by: str,
) -> UUID:
    """Put something before staff. `facts` is what the person wrote where no account holds it; it is sealed."""
    case = Case(kind=kind.value, account_id=account_id, because=list(because), opened_by=by)
    if facts is not None:
        seal_into(case, "facts_sealed", json.dumps(facts))
    case.save(force_insert=True)
    ids = tuple(record_ids)
    case.records.set(EducatorRecord.objects.filter(pk__in=ids))
    record_event(
        event=events.CaseOpened(
            subject=f"account:{account_id}" if account_id else f"case:{case.pk}",
            kind=kind.value,
            records=tuple(str(record_id) for record_id in ids),
        ),
        by=by,
    )
    return case.pk


@transaction.atomic
def disavow_holding(*, holding_id: UUID, by: str) -> bool:
    """ "This wasn't me": freeze the claim and open a case. False when there is nothing left to freeze."""
    frozen = Holding.objects.filter(pk=holding_id, released_at=None, frozen_at=None).update(
        frozen_at=timezone.now(), frozen_by=by
    )
    if not frozen:
        return False
    holding = Holding.objects.get(pk=holding_id)
    record_event(
        event=events.HoldingFrozen(subject=f"record:{holding.record_id}", account=str(holding.account_id)),
        by=by,
    )
    open_case(
        kind=CaseKind.DISAVOWED_CLAIM,
        account_id=holding.account_id,
        record_ids=[holding.record_id],
        because=(),
        by=by,
    )
    return True
