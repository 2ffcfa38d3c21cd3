"""Everything that changes who holds a record. What may follow upon what is decided in kecs.assurance, which calls this."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection

from kecs.audit.actions import record as record_event
from kecs.audit.by_hand import first_row
from kecs.audit.clock import portal_clock
from kecs.audit.rows import insert_rows
from kecs.audit.transactions import whole
from kecs.guard.queries import database_clock
from kecs.pii.fields import digests_of
from kecs.records import events
from kecs.records.holdings.queries import CONTACT, HeldRecord, contact_digest_of, seen
from kecs.records.kinds import AssuranceLevel, Ending
from kecs.records.models import Holding

PROVISIONAL_FOR = timedelta(days=7)
_AT_ONCE = 500


class RecordTaken(Exception):
    """Another account holds the record, this account holds another, or the record became one with another."""


@whole
def hold_record(
    *,
    record_id: UUID,
    account_id: UUID,
    level: AssuranceLevel,
    because: Iterable[str],
    contests: bool = False,
    by: str,
) -> HeldRecord:
    """Let the account hold the record, or contest it. The database decides a race: raises RecordTaken for all but one."""
    on_file = _address_while_it_stays(record_id)
    if on_file is None:
        raise RecordTaken
    attributes, now = tuple(because), portal_clock()
    ends = contests or level is AssuranceLevel.PROVISIONAL
    holding = Holding(
        record_id=record_id,
        account_id=account_id,
        level=level,
        because=list(attributes),
        contests=contests,
        contact_digest=contact_digest_of(on_file),
        held_at=now,
        provisional_until=now + PROVISIONAL_FOR if ends else None,
        held_by=by,
    )
    try:
        insert_rows([holding])
    except IntegrityError:
        raise RecordTaken from None
    event = events.RecordContested if contests else events.RecordHeld
    record_event(
        event=event(
            subject=f"record:{record_id}", account=str(account_id), level=int(level), because=attributes
        ),
        by=by,
    )
    return seen(holding)


def _address_while_it_stays(record_id: UUID) -> str | None:
    """The address on file, or None without the record; on PostgreSQL it cannot be merged into another one until the transaction ends."""
    kept = "FOR KEY SHARE" if connection.vendor == "postgresql" else ""
    row = first_row(f"contact_email FROM records_educatorrecord WHERE id = %s {kept}", record_id)
    return str(row[0]) if row else None


def lock_holdings(*, record_id: UUID, by: str) -> list[HeldRecord]:
    """The live holds on a record, whoever holds it first, locked until the transaction ends."""
    rows = Holding.objects.select_for_update(no_key=True).filter(record_id=record_id, released_at=None)
    return sorted(map(seen, rows.order_by("pk")), key=lambda each: each.contests)


@whole
def verify_holding(*, holding_id: UUID, by: str) -> None:
    """Level 2. The database refuses it without a row of evidence (kecs.assurance)."""
    Holding.objects.filter(pk=holding_id).update(
        level=AssuranceLevel.VERIFIED, contests=False, provisional_until=None
    )
    _record(events.HoldingVerified, holding_id, by=by)


@whole
def freeze_holding(*, holding_id: UUID, by: str) -> None:
    """Back to level 1, and shut until staff have looked."""
    Holding.objects.filter(pk=holding_id).update(
        level=AssuranceLevel.PROVISIONAL, provisional_until=None, frozen_at=database_clock(), frozen_by=by
    )
    _record(events.HoldingFrozen, holding_id, by=by)


@whole
def unfreeze_holding(*, holding_id: UUID, reason: str, by: str) -> None:
    """A claim again, with seven days from now."""
    until = database_clock() + PROVISIONAL_FOR
    Holding.objects.filter(pk=holding_id).update(frozen_at=None, frozen_by="", provisional_until=until)
    held = seen(Holding.objects.get(pk=holding_id))
    record_event(
        event=events.HoldingUnfrozen(
            subject=f"record:{held.record_id}", account=str(held.account_id), reason=reason
        ),
        by=by,
    )


@whole
def release_holding(*, holding_id: UUID, because: Ending, reason: str = "", by: str) -> None:
    """It is over; the row stays, as history. `reason` is a word of staff's, never about a person."""
    Holding.objects.filter(pk=holding_id).update(
        released_at=database_clock(), released_by=by, released_because=because.value
    )
    held = seen(Holding.objects.get(pk=holding_id))
    record_event(
        event=events.HoldingReleased(
            subject=f"record:{held.record_id}",
            account=str(held.account_id),
            because=because.value,
            reason=reason,
        ),
        by=by,
    )


def extend_holding(*, holding_id: UUID, until: datetime, by: str) -> None:
    """A claim that has evidence, and waits for a confirmed address, lapses later."""
    Holding.objects.filter(pk=holding_id, provisional_until__lt=until).update(provisional_until=until)


def _record(kind: type[events.HoldingFrozen | events.HoldingVerified], holding_id: UUID, *, by: str) -> None:
    held = seen(Holding.objects.get(pk=holding_id))
    record_event(event=kind(subject=f"record:{held.record_id}", account=str(held.account_id)), by=by)


def renew_contact_digests(*, by: str) -> int:
    """The digests of addresses that holds keep, under the current key, where the address stands on file still; how many.

    Where it does not, the digest proves nothing any more, under whatever key. Each row is compared once more as it is written.
    """
    renewed, after = 0, UUID(int=0)
    while page := list(
        Holding.objects.filter(pk__gt=after, released_at=None, contact_digest__isnull=False)
        .order_by("pk")
        .values_list("pk", "contact_digest", "record__contact_email")[:_AT_ONCE]
    ):
        for pk, digest, address in page:
            current, *older = digests_of(CONTACT, address.lower())
            if bytes(digest or b"") in older:
                renewed += Holding.objects.filter(pk=pk, contact_digest=digest).update(contact_digest=current)
        after = page[-1][0]
    return renewed


def destroy_lapsed_claims(*, before: datetime, keeping: Collection[UUID], by: str) -> int:
    """Claims that ended before this moment for want of evidence, but not those of these accounts; how many."""
    old = Holding.objects.filter(released_because=Ending.LAPSED.value, released_at__lt=before)
    ids = list(old.exclude(account_id__in=keeping).values_list("pk", flat=True)[:_AT_ONCE])
    Holding.objects.filter(pk__in=ids).delete()
    return len(ids)
