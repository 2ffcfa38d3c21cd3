"""Place and lift a legal hold; `kecs hold` calls these."""

from collections.abc import Iterable
from uuid import UUID

from kecs.audit.actions import record as record_event
from kecs.audit.transactions import whole
from kecs.guard.queries import database_clock
from kecs.records import events
from kecs.records.kinds import HoldReason
from kecs.records.legal_holds.queries import is_somebody
from kecs.records.models import HeldAddress, LegalHold


class NobodyThere(Exception):
    """There is no such record or account: a hold on it would protect nobody."""


@whole
def place_hold(*, subject: str, because: HoldReason, by: str) -> bool:
    """Nothing about this person is destroyed from now on; False where that was so already. `subject` is "record:<id>" or "account:<id>".

    Raises NobodyThere.
    """
    if not is_somebody(subject):
        raise NobodyThere
    _hold, made = LegalHold.objects.get_or_create(
        subject=subject,
        lifted_at=None,
        defaults={"because": because.value, "placed_at": database_clock(), "placed_by": by},
    )
    if made:
        record_event(event=events.LegalHoldPlaced(subject=subject, because=because.value), by=by)
    return made


@whole
def lift_hold(*, subject: str, by: str) -> bool:
    """What is old is destroyed again when its time comes; False where there was no hold."""
    lifted = LegalHold.objects.filter(subject=subject, lifted_at=None)
    HeldAddress.objects.filter(hold__in=lifted).delete()
    if not lifted.update(lifted_at=database_clock(), lifted_by=by):
        return False
    record_event(event=events.LegalHoldLifted(subject=subject), by=by)
    return True


@whole
def keep_addresses(*, hold_id: UUID, addresses: Iterable[str], by: str) -> None:
    """Write down the addresses that whoever is under this hold has now: what is kept by an address is found by it later."""
    HeldAddress.objects.bulk_create(
        [HeldAddress(hold_id=hold_id, address=each) for each in sorted(set(addresses))], ignore_conflicts=True
    )
