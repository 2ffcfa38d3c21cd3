"""What became of mails, for the pages and probes that show it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import TruncDate

from kecs.audit import clock
from kecs.audit.by_hand import first_row
from kecs.mail.models import Errand, OutboxMessage
from kecs.mail.refusals import Refusal, refusal_of
from kecs.mail.statuses import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The newest mail of one kind to one address. `sent_at` is when the mail server took it."""

    status: Status
    queued_at: datetime
    sent_at: datetime | None
    attempts: int
    error_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much waits, and since when."""

    queued: int
    oldest_queued_at: datetime | None


def latest_delivery(*, to: str, kind: str) -> Delivery | None:
    """What became of the newest mail of this kind to this address."""
    row = OutboxMessage.objects.defer("body_sealed").filter(to=to, kind=kind).order_by("-queued_at").first()
    if row is None:
        return None
    return Delivery(
        status=Status(row.status),
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        attempts=row.attempts,
        error_code=row.last_error_code,
    )


def came_back(to: str) -> bool:
    """Whether the newest mail to this address whose end is known did not arrive. Whoever's it was: it is the mailbox that is told of."""
    ended = first_row(
        'status FROM mail_outboxmessage WHERE "to" = %s AND status <> %s ORDER BY queued_at DESC LIMIT 1',
        to,
        Status.QUEUED.value,
    )
    return ended is not None and ended[0] == Status.BOUNCED


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One mail and what became of it, for staff: never what it says. `next_attempt_at` while it waits."""

    mail_id: UUID
    to: str = field(repr=False)
    kind: str
    subject: str  # as it stands in the mailbox; it names nobody
    status: Status
    queued_at: datetime
    sent_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    refusal: Refusal | None
    error_code: str


def posted_to(addresses: Iterable[str], *, most: int, by: str) -> list[Posted]:
    """The newest mails to these addresses, whoever of this house wrote them. `by` has recorded the look."""
    every = {written for address in addresses for written in (address, address.lower())}
    rows = OutboxMessage.objects.filter(to__in=every).defer("body_sealed").order_by("-queued_at")
    return [
        Posted(
            mail_id=row.pk,
            to=row.to,
            kind=row.kind,
            subject=row.subject,
            status=Status(row.status),
            queued_at=row.queued_at,
            sent_at=row.sent_at,
            attempts=row.attempts,
            next_attempt_at=row.next_attempt_at if row.status == Status.QUEUED else None,
            refusal=refusal_of(row.last_error_code) if row.status != Status.SENT else None,
            error_code=row.last_error_code,
        )
        for row in rows[:most]
    ]


def backlog() -> Backlog:
    """Mails that were not written or not sent yet."""
    tables = (OutboxMessage.objects.filter(status=Status.QUEUED), Errand.objects.all())
    oldest = [table.order_by("queued_at").values_list("queued_at", flat=True).first() for table in tables]
    return Backlog(
        queued=sum(table.count() for table in tables),
        oldest_queued_at=min((moment for moment in oldest if moment), default=None),
    )


def became_since(at: datetime) -> dict[tuple[date, str], int]:
    """How many mails that were queued since came to which end, by day and status. A status says nothing about anybody."""
    rows = OutboxMessage.objects.filter(queued_at__gte=at).annotate(day=TruncDate("queued_at"))
    counted = rows.values_list("day", "status").annotate(mails=Count("pk")).order_by()
    return {(day, status): mails for day, status, mails in counted}


def database_clock() -> datetime:
    """The database's time: senders on machines whose clocks differ agree on when a lease has run out."""
    return clock.database_clock()


def refused_addresses(*, page: int) -> Iterator[list[str]]:
    """The addresses that a mail server refused for good, or from which mails came back, in order, in pages."""
    refused, last = OutboxMessage.objects.filter(status__in=[Status.REFUSED, Status.BOUNCED]), ""
    while found := list(
        refused.filter(to__gt=last).order_by("to").values_list("to", flat=True).distinct()[:page]
    ):
        yield found
        last = found[-1]
