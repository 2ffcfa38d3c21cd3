"""Recording an event, inside the transaction of the change that it tells of; every room's actions call this."""

import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from hashlib import sha256
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple

from django.db import connection

from kecs.audit.by_hand import in_its_form
from kecs.audit.clock import portal_clock
from kecs.audit.events import Event
from kecs.audit.models import AuditEvent, ChainHead
from kecs.audit.rows import form, insert_packed
from kecs.pii.fields import standing_key

# From here on, rows are written past the models: a registration has a few, an import thousands.
_MANY = 50
CHAIN = "audit-chain"  # the purpose of the chain's key
_COLUMNS = ("sequence", "at", "code", "by", "subject", "keys", "digest")

# By hand, and not by querysets: nearly every action appends.
_HEAD = "SELECT sequence, digest FROM audit_chainhead WHERE id = 1"
_ADD = 'INSERT INTO audit_auditevent (sequence, at, code, "by", subject, keys, digest) VALUES '
_ADVANCE = "UPDATE audit_chainhead SET sequence = %s, digest = %s WHERE id = 1"


class _Happened(NamedTuple):
    """One event, by whom, and to whom: its own subject, or each of many."""

    event: Event
    by: str
    subjects: Sequence[str]


# What the block of recorded_together that runs in this thread holds back.
_held: ContextVar[list[_Happened] | None] = ContextVar("_held", default=None)


def chained_digest(
    *, before: bytes, sequence: int, at: datetime, code: str, by: str, subject: str, keys: str
) -> bytes:
    """HMAC-SHA-256 over the row and the digest before it: 32 bytes. Without the key no row can be forged."""
    row = json.dumps([sequence, at.isoformat(), code, by, subject, keys], ensure_ascii=True).encode()
    return hmac.digest(_chain_key(), before + row, sha256)


def _chain_key() -> bytes:
    return standing_key(CHAIN)


def record(*, event: Event, by: str) -> None:
    """Append one event to the chain; see record_all."""
    record_all(events=[event], by=by)


def record_all(*, events: Sequence[Event], by: str) -> None:
    """Append events to the chain, in order. `by` is "account:<id>", "anonymous" or "system:<command>".

    Must run inside a transaction: an event stands or falls with what it tells of. The end of the chain stays locked
    until that transaction ends, so record last.
    """
    _record([_Happened(event, by, [event.subject]) for event in events])


def record_for_each(*, event: Event, subjects: Sequence[str], by: str) -> None:
    """Append the same event for each of these subjects, in order; the subject of the event itself does not count.

    See record_all; this is for the thousands of an import.
    """
    _record([_Happened(event, by, subjects)])


def _record(happened: list[_Happened]) -> None:
    _demand_transaction()
    held = _held.get()
    if held is None:
        _append(happened)
    else:
        held += happened


@contextmanager
def recorded_together() -> Iterator[None]:
    """Hold back what this block records, and append it all at the block's end: the chain is locked once, and briefly.

    For an action made of other actions, just inside its transaction. When the block raises, nothing is recorded, so it
    must not go on after an action that was rolled back. A block inside a block belongs to the outer one.
    """
    if _held.get() is not None:
        yield
        return
    held: list[_Happened] = []
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
    _append(held)


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("An event is recorded inside the transaction of the change that it tells of.")


def _append(happened: Sequence[_Happened]) -> None:
    count = sum(len(each.subjects) for each in happened)
    if not count:
        return
    _demand_transaction()
    sequence, before = _locked_end()
    at = portal_clock()
    chained = _chained(happened, at=at, sequence=sequence, before=before)
    if count > _MANY:
        _insert_many(chained, at)
    else:
        _insert_few(list(chained), at)


def _locked_end() -> tuple[int, bytes]:
    """The number and the digest of the last event, which stay so until this transaction ends.

    SQLite has no row locks: a transaction that writes has the database to itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HEAD if connection.vendor == "sqlite" else f"{_HEAD} FOR NO KEY UPDATE")
        found = cursor.fetchone()
    if found is None:
        ChainHead.objects.get_or_create(id=1)
        return _locked_end()
    sequence, digest = found
    return sequence, bytes(digest)


class _Chained(NamedTuple):
    sequence: int
    code: str
    by: str
    subject: str
    keys: str
    digest: bytes


def _chained(
    happened: Sequence[_Happened], *, at: datetime, sequence: int, before: bytes
) -> Iterator[_Chained]:
    """The rows, each with the digest that chained_digest gives it; what the rows of one event share is said once."""
    key = _chain_key()
    for event, by, subjects in happened:
        keys = json.dumps(event.keys(), sort_keys=True, ensure_ascii=True)
        shared = json.dumps([at.isoformat(), event.code, by], ensure_ascii=True)[1:-1]
        ending = f", {encode_basestring_ascii(keys)}]"
        for subject in subjects:
            sequence += 1
            row = f"[{sequence}, {shared}, {encode_basestring_ascii(subject)}{ending}"
            before = hmac.digest(key, before + row.encode(), sha256)
            yield _Chained(sequence, event.code, by, subject, keys, before)


def _insert_few(chained: list[_Chained], at: datetime) -> None:
    """The rows and the new end; by one statement on PostgreSQL, whose server has less to do for one than for two."""
    values: list[Any] = []
    for row in chained:
        values += [row.sequence, at, row.code, row.by, row.subject, row.keys, row.digest]
    add = _ADD + ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(chained))
    end: list[Any] = [chained[-1].sequence, chained[-1].digest]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(add, in_its_form(values))
            cursor.execute(_ADVANCE, end)
        else:
            cursor.execute(f"WITH advanced AS ({_ADVANCE}) {add}", end + values)


def _insert_many(chained: Iterator[_Chained], at: datetime) -> None:
    """The same for the thousands of an import."""
    to, rows, sequence, digest = form(), [], 0, b""
    moment = to.moment(at)
    for sequence, code, by, subject, keys, digest in chained:
        rows.append(
            (
                to.number(sequence),
                moment,
                to.text(code),
                to.text(by),
                to.text(subject),
                to.text(keys),
                to.data(digest),
            )
        )
    insert_packed(AuditEvent._meta.db_table, _COLUMNS, to.packed(rows))
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [sequence, digest])
