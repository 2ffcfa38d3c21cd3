"""Queueing a mail in the transaction that causes it, writing what was asked for, and sending what is due."""

import json
import random
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import TypeVar
from uuid import UUID, uuid4

from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError, connection, transaction

from kecs.audit.actions import record, recorded_together
from kecs.audit.by_hand import columns_of, in_its_form
from kecs.audit.clock import portal_clock
from kecs.audit.rows import insert_rows
from kecs.audit.transactions import tried_again, whole
from kecs.mail.copies import keep_copy
from kecs.mail.events import MailRefused, MailSent
from kecs.mail.messages import Message
from kecs.mail.models import Errand, OutboxMessage
from kecs.mail.queries import database_clock
from kecs.mail.refusals import error_code
from kecs.mail.statuses import Status
from kecs.mail.transports import mail_of, message_id_of, the_transport
from kecs.mail.writers import writer_of
from kecs.pii.fields import seal_into, unseal_from
from kecs.pii.seal import SealBroken

M = TypeVar("M", Errand, OutboxMessage)
# Longer than one SMTP conversation can last, of which EMAIL_TIMEOUT (20 s) bounds each command.
LEASE = timedelta(minutes=5)
# Less than the four to five days of RFC 5321, 4.5.4.1: no link in our mails lives that long.
GIVE_UP_AFTER = timedelta(hours=72)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
_FORGOTTEN_AT_ONCE = 2_000
WAIT_FOR_SERVER = timedelta(seconds=30)
# One statement takes what has been due longest.
_TAKE = """
    DELETE FROM mail_errand WHERE id = (
        SELECT id FROM mail_errand WHERE next_attempt_at <= %s ORDER BY next_attempt_at LIMIT 1 {passing_by}
    )
    RETURNING {columns}
"""
_LEASE = """
    UPDATE mail_outboxmessage SET leased_until = %s, lease_token = %s, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM mail_outboxmessage
        WHERE status = %s AND next_attempt_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
        ORDER BY next_attempt_at LIMIT 1 {passing_by}
    )
    RETURNING {columns}
"""
# What is sealed of an errand is a multiple of this: short and long addresses make rows of one size.
ERRAND_BYTES = 512


class Outcome(StrEnum):
    """What one attempt came to."""

    SENT = "sent"
    DEFERRED = "deferred"  # this mail may pass later
    REFUSED = "refused"  # this mail will never pass
    UNAVAILABLE = "unavailable"  # no mail passes: the server is away, or refuses us and not the reader
    LEASE_LOST = "lease_lost"  # the attempt took so long that another sender has taken the mail over


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How many mails came to which outcome in one call of send_due."""

    sent: int = 0
    deferred: int = 0
    refused: int = 0
    unavailable: int = 0
    lease_lost: int = 0

    def and_one(self, outcome: Outcome) -> "Sent":
        """These counts and one more."""
        return replace(self, **{outcome.value: getattr(self, outcome.value) + 1})

    @property
    def attempts(self) -> int:
        """How many mails were tried."""
        return self.sent + self.deferred + self.refused + self.unavailable + self.lease_lost


@dataclass(frozen=True, slots=True)
class _Attempt:
    outcome: Outcome
    code: str = ""
    about_mailbox: bool = False  # and not about what the mail says


def queue(*, message: Message, by: str, at: datetime | None = None) -> UUID:
    """Put a mail into the outbox, in the caller's transaction: it leaves if and only if that is committed."""
    now = at or portal_clock()
    row = OutboxMessage(
        id=uuid4(),
        message_id=message_id_of(str(uuid4())),
        to=message.to,
        subject=message.subject,
        kind=message.kind,
        queued_at=now,
        queued_by=by,
        next_attempt_at=now,
    )
    seal_into(
        row,
        "body_sealed",
        json.dumps({"text": message.text, "html": message.html, "language": message.language}),
    )
    insert_rows([row])
    keep_copy(message)
    return row.id


def queue_later(*, kind: str, to: str, facts: Mapping[str, str], by: str) -> None:
    """Ask for the mails of this kind, in the caller's transaction; the mail worker has them written once it is committed.

    One INSERT of one size, whoever `to` belongs to and whether or not there will be a mail: so a request neither does
    nor tells more for an address that is known. `to` may be empty where `facts` lead to the address. Raises NoWriter.
    """
    writer_of(kind)
    now = portal_clock()
    row = Errand(id=uuid4(), kind=kind, queued_at=now, queued_by=by, next_attempt_at=now)
    text = json.dumps({"to": to, "facts": dict(facts)})
    seal_into(row, "facts_sealed", text.ljust(-(-len(text) // ERRAND_BYTES) * ERRAND_BYTES))
    insert_rows([row])


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many errands were run and gone, and how many were put off, in one call of write_due."""

    written: int = 0
    put_off: int = 0

    @property
    def attempts(self) -> int:
        """How many errands were tried."""
        return self.written + self.put_off


def write_due(
    *, by: str, limit: int = 100, at: datetime | None = None, stop: threading.Event | None = None
) -> Written:
    """Have up to `limit` errands written, longest due first; any number of workers may run at once.

    Each in one transaction with the mails that come of it: killed anywhere, an errand either waits as before or is
    gone and its mails are queued. One that cannot be written waits longer and longer, and the others do not wait for it.
    """
    done = Written()
    while done.attempts < limit and not (stop and stop.is_set()):
        outcome = _write_next(at or database_clock(), by=by)
        if outcome is None:
            break
        done = replace(done, written=done.written + outcome, put_off=done.put_off + (not outcome))
    return done


@tried_again
def _write_next(now: datetime, *, by: str) -> bool | None:
    """Whether the next errand was written; None when none is due."""
    row = None
    try:
        with transaction.atomic(), recorded_together():
            # Gone from here on, where all of this is kept; until then other workers pass it by, and nobody needs a lease.
            row = _taken(Errand, _TAKE, now)
            if row is None:
                return None
            asked = json.loads(unseal_from(row, "facts_sealed") or "null")
            writer_of(row.kind)(to=asked["to"], facts=asked["facts"], by=by)
    except (OperationalError, InterfaceError):
        raise  # the database is away: nobody's errand is to blame
    except Exception as error:  # a room's writer may raise anything: put off, and in the end on the log
        if row is None:
            raise
        _put_off(row, type(error).__name__, now=now, by=by)
        return False
    return True


@tried_again
def _put_off(row: Errand, error: str, *, now: datetime, by: str) -> None:
    with transaction.atomic():
        if now - row.queued_at >= GIVE_UP_AFTER:
            Errand.objects.filter(pk=row.pk).delete()
            reason = f"error.{error}"[:64]
            record(event=MailRefused(subject=f"mail:{row.pk}", kind=row.kind, reason=reason), by=by)
            return
        attempts = row.attempts + 1
        Errand.objects.filter(pk=row.pk).update(
            attempts=attempts, next_attempt_at=now + _wait_after(attempts)
        )


def send_due(
    *, by: str, limit: int = 100, at: datetime | None = None, stop: threading.Event | None = None
) -> Sent:
    """Send up to `limit` mails that are due, oldest first; any number of senders may run at once.

    Each mail is leased, sent outside of any transaction, and marked. A crash between sending and marking
    sends it again when the lease has run out, with the same Message-ID: at least once, never not at all.
    `at` overrides the database's clock; `stop` ends the call between two mails.
    """
    done = Sent()
    transport = the_transport()
    try:
        while done.attempts < limit and not (stop and stop.is_set()):
            row = _lease_next(at or database_clock())
            if row is None:
                break
            attempt = _send(row, transport)
            done = done.and_one(_mark(row, attempt, by=by, now=at or database_clock()))
            if attempt.outcome is Outcome.UNAVAILABLE:
                break  # the rest would meet the same closed door
    finally:
        transport.close()
    return done


@tried_again
def _lease_next(now: datetime) -> OutboxMessage | None:
    """Take the mail that has been due longest, for LEASE."""
    return _taken(OutboxMessage, _LEASE, now + LEASE, uuid4(), Status.QUEUED.value, now, now)


def _taken(model: type[M], statement: str, *values: object) -> M | None:
    """The row that came of it, if one did. PostgreSQL passes by the rows that others are taking; on SQLite one writes at a time."""
    passing_by = "" if connection.vendor == "sqlite" else "FOR UPDATE SKIP LOCKED"
    written = statement.format(passing_by=passing_by, columns=columns_of(model))
    return next(iter(model._default_manager.raw(written, in_its_form(values))), None)


def _send(row: OutboxMessage, transport: BaseEmailBackend) -> _Attempt:
    try:
        body = json.loads(unseal_from(row, "body_sealed") or "null")
        message = Message(kind=row.kind, to=row.to, subject=row.subject, **body)
        transport.open()
        transport.send_messages([mail_of(message, message_id=row.message_id, queued_at=row.queued_at)])
    except SealBroken:
        return _Attempt(Outcome.REFUSED, "seal_broken")
    except (SMTPException, OSError) as error:
        transport.close()
        return _judged(error)
    except Exception as error:  # noqa: BLE001 - one mail that cannot be built must not hold up all the others
        transport.close()
        return _Attempt(Outcome.DEFERRED, f"error.{type(error).__name__}")
    return _Attempt(Outcome.SENT)


def _judged(error: SMTPException | OSError) -> _Attempt:
    """Whom the server's answer is about: this mail for good, this mail for now, or us. Keeps no text, but its RFC 3463 code."""
    text: bytes | str = b""
    match error:
        case SMTPRecipientsRefused(recipients=recipients):
            code, text = max(recipients.values(), default=(0, b""))
        case SMTPDataError(smtp_code=code, smtp_error=text):
            pass
        case SMTPResponseException(smtp_code=code):
            # Sign-in, greeting or sender refused: our configuration or the server, whoever the mail is for.
            return _Attempt(Outcome.UNAVAILABLE, f"smtp.{code}")
        case _:
            return _Attempt(Outcome.UNAVAILABLE, f"network.{type(error).__name__}")
    if code == 421:  # "service not available, closing transmission channel"
        return _Attempt(Outcome.UNAVAILABLE, "smtp.421")
    return _Attempt(
        Outcome.REFUSED if 500 <= code <= 599 else Outcome.DEFERRED,
        error_code(code, text),
        about_mailbox=isinstance(error, SMTPRecipientsRefused),
    )


@tried_again
def _mark(row: OutboxMessage, attempt: _Attempt, *, by: str, now: datetime) -> Outcome:
    """Write down what came of the attempt, unless the lease has passed to another sender."""
    outcome = attempt.outcome
    if outcome is Outcome.DEFERRED and now - row.queued_at >= GIVE_UP_AFTER:
        outcome = Outcome.REFUSED
    changes: dict[str, object] = {
        "leased_until": None,
        "lease_token": None,
        "last_error_code": attempt.code[:64],
    }
    match outcome:
        case Outcome.SENT:
            changes |= {"status": Status.SENT.value, "sent_at": now, "body_sealed": None}
        case Outcome.REFUSED:
            changes |= {"status": _end_of(attempt).value, "body_sealed": None}
        case Outcome.UNAVAILABLE:
            # Not this mail's fault: it neither waits longer nor grows old by it, so an outage loses nothing.
            changes |= {"next_attempt_at": now + WAIT_FOR_SERVER, "attempts": row.attempts - 1}
        case _:
            changes |= {"next_attempt_at": now + _wait_after(row.attempts)}
    with transaction.atomic():
        if not _changed_under_lease(row, changes):
            return Outcome.LEASE_LOST
        # The text is gone with the line that says so, or neither.
        if outcome is Outcome.SENT:
            record(event=MailSent(subject=f"mail:{row.pk}", kind=row.kind), by=by)
        elif outcome is Outcome.REFUSED:
            record(event=MailRefused(subject=f"mail:{row.pk}", kind=row.kind, reason=attempt.code), by=by)
    return outcome


def _changed_under_lease(row: OutboxMessage, changes: Mapping[str, object]) -> bool:
    columns = ", ".join(f"{name} = %s" for name in changes)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE mail_outboxmessage SET {columns} WHERE id = %s AND lease_token = %s",  # noqa: S608 - names of ours
            in_its_form([*changes.values(), row.pk, row.lease_token]),
        )
        return bool(cursor.rowcount)


@whole
def note_bounce(*, code: str, by: str, message_id: str = "", token: str = "") -> bool:
    """A mail that a server had taken came back: found by the Message-ID that we gave it, or by the token in its return address.

    False where it is none of ours, or its end is known already. Who invents a report must know one of these, which only the
    mail itself holds.
    """
    known = [value for value in (message_id, message_id_of(token) if token else "") if value]
    row = (
        OutboxMessage.objects.select_for_update(no_key=True)
        .filter(message_id__in=known, status=Status.SENT)
        .first()
    )
    if row is None:
        return False
    OutboxMessage.objects.filter(pk=row.pk).update(status=Status.BOUNCED, last_error_code=code[:64])
    record(event=MailRefused(subject=f"mail:{row.pk}", kind=row.kind, reason=code[:64]), by=by)
    return True


@whole
def let_go_of_mails(*, mail_ids: Collection[UUID], by: str) -> None:
    """Mails that wait, and whose text a lost key sealed: refused, as the sender would find them."""
    attempt = _Attempt(Outcome.REFUSED, "seal_broken")
    for row in OutboxMessage.objects.filter(pk__in=mail_ids):
        OutboxMessage.objects.filter(pk=row.pk).update(
            status=_end_of(attempt), body_sealed=None, leased_until=None, lease_token=None,
            last_error_code=attempt.code,
        )  # fmt: skip
        record(event=MailRefused(subject=f"mail:{row.pk}", kind=row.kind, reason=attempt.code), by=by)


@whole
def let_go_of_errands(*, errand_ids: Collection[UUID], by: str) -> None:
    """Mails that were asked for, and for whom a lost key sealed: given up, as the writer would after three days."""
    for row in Errand.objects.filter(pk__in=errand_ids):
        record(event=MailRefused(subject=f"mail:{row.pk}", kind=row.kind, reason="error.SealBroken"), by=by)
    Errand.objects.filter(pk__in=errand_ids).delete()


def _end_of(attempt: _Attempt) -> Status:
    """A mailbox that took nothing for three days is one that takes nothing."""
    return Status.BOUNCED if attempt.about_mailbox else Status.REFUSED


def _wait_after(attempts: int) -> timedelta:
    """1, 2, 4 … minutes up to an hour, a quarter more or less: mails that failed together part ways."""
    doublings: int = min(attempts - 1, 10)
    wait = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, guards nothing


def forget_old_mails(*, before: datetime, keeping: Collection[str], by: str) -> int:
    """Rows of mails that were queued before this moment and are over, but not those to these addresses; how many."""
    old = OutboxMessage.objects.filter(queued_at__lt=before).exclude(status=Status.QUEUED)
    ids = list(old.exclude(to__in=keeping).values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    return OutboxMessage.objects.filter(pk__in=ids).delete()[0]
