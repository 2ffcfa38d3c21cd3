"""Recording an event, inside the transaction of the change that it tells of; every room's actions call this."""

import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from hashlib import sha256

from django.db import connection
from django.utils import timezone

from kecs.audit.events import Event
from kecs.audit.models import AuditEvent, ChainHead
from kecs.pii.fields import the_keyring

# What the block of recorded_together that runs in this thread holds back.
_held: ContextVar[list[tuple[Event, str]] | None] = ContextVar("_held", default=None)


def chained_digest(
    *, before: bytes, sequence: int, at: datetime, code: str, by: str, subject: str, keys: str
) -> bytes:
    """HMAC-SHA-256 over the row and the digest before it: 32 bytes. Without the key no row can be forged."""
    row = json.dumps([sequence, at.isoformat(), code, by, subject, keys], ensure_ascii=True).encode()
    return hmac.digest(the_keyring().derived(1, "audit-chain"), before + row, sha256)


def record(*, event: Event, by: str) -> None:
    """Append one event to the chain; see record_all."""
    record_all(events=[event], by=by)


def record_all(*, events: Sequence[Event], by: str) -> None:
    """Append events to the chain, in order. `by` is "account:<id>", "anonymous" or "system:<command>".

    Must run inside a transaction: an event stands or falls with what it tells of. The end of the chain stays locked
    until that transaction ends, so record last.
    """
    _demand_transaction()
    held = _held.get()
    if held is None:
        _append([(event, by) for event in events])
    else:
        held += [(event, by) for event in events]


@contextmanager
def recorded_together() -> Iterator[None]:
    """Hold back what this block records, and append it all at the block's end: the chain is locked once, and briefly.

    For an action made of other actions, just inside its transaction. When the block raises, nothing is recorded, so it
    must not go on after an action that was rolled back. A block inside a block belongs to the outer one.
    """
    if _held.get() is not None:
        yield
        return
    held: list[tuple[Event, str]] = []
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
    _append(held)


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("An event is recorded inside the transaction of the change that it tells of.")


def _append(events: Sequence[tuple[Event, str]]) -> None:
    if not events:
        return
    _demand_transaction()
    head, _created = ChainHead.objects.select_for_update().get_or_create(id=1)
    before, at, rows = bytes(head.digest), timezone.now(), []
    for sequence, (event, by) in enumerate(events, start=head.sequence + 1):
        keys = json.dumps(event.keys(), sort_keys=True, ensure_ascii=True)
        before = chained_digest(
            before=before, sequence=sequence, at=at, code=event.code, by=by, subject=event.subject, keys=keys
        )
        rows.append(
            AuditEvent(
                sequence=sequence,
                at=at,
                code=event.code,
                by=by,
                subject=event.subject,
                keys=json.loads(keys),
                digest=before,
            )
        )
    AuditEvent.objects.bulk_create(rows)
    ChainHead.objects.filter(id=1).update(sequence=head.sequence + len(rows), digest=before)
