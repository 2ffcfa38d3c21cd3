"""What staff see of recoveries, and the recovery that a link names."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kecs.accounts.models import Recovery
from kecs.accounts.queries import account_named
from kecs.accounts.recovery_status import UNDER_WAY, Status
from kecs.guard.queries import database_clock
from kecs.pii.fields import unseal_from

MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A recovery as staff see it; `account_id` is the account that the typed username or old address names."""

    id: UUID
    status: Status
    name: str = field(repr=False)
    login: str = field(repr=False)
    email: str = field(repr=False)
    message: str = field(repr=False)
    asked_at: datetime
    due_at: datetime | None
    account_id: UUID | None
    language: str
    taken_by: UUID | None
    started_by: str  # of one for a caller: the member of staff, as `by` names her
    agreed_by: str  # of any other: who of staff said yes first, named so, too

    @property
    def first_yes_by(self) -> str:
        """The first of the two of staff that it takes; empty while there is none."""
        return self.started_by or self.agreed_by


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedRecovery:
    """A recovery as a line of the queue. It says nothing of a person."""

    id: UUID
    status: Status
    opened_at: datetime
    taken_by: UUID | None
    decided_at: datetime | None
    started: bool = False  # by staff, for a caller
    agreed: bool = False  # one of staff said yes


def facts_of(row: Recovery) -> dict[str, str]:
    """What was typed."""
    facts: dict[str, str] = json.loads(unseal_from(row, "facts_sealed") or "{}")
    return facts


def under_way(account_id: UUID) -> QuerySet[Recovery]:
    """What may happen to this account unless somebody stops it. One whose new address nobody confirmed in its day is over."""
    over = Q(status=Status.STARTED, due_at__lte=database_clock())
    works = Q(status__in=UNDER_WAY) & ~over
    return Recovery.objects.filter(works, account_id=account_id).order_by("-asked_at")


def recovery_under_way(account_id: UUID) -> Asked | None:
    """The one that is under way, for staff."""
    row = under_way(account_id).first()
    return _asked(row) if row else None


def recovery_ids_of(account_ids: Iterable[UUID]) -> list[UUID]:
    """The recoveries that staff or a link decided for these accounts."""
    rows = Recovery.objects.filter(account_id__in=list(account_ids)).order_by("-asked_at")
    return list(rows.values_list("pk", flat=True)[:MOST])


def recovery(recovery_id: UUID) -> Asked:
    """One. Raises Recovery.DoesNotExist."""
    return _asked(Recovery.objects.get(pk=recovery_id))


def open_recoveries() -> list[Asked]:
    """Those that staff decide, the oldest first: their new address works."""
    return [_asked(row) for row in Recovery.objects.filter(status=Status.CONFIRMED).order_by("asked_at")]


def queued_recoveries(*, most: int = 2000) -> list[QueuedRecovery]:
    """Those that staff decide, the oldest first, since their new address was confirmed."""
    return _lines(Recovery.objects.filter(status=Status.CONFIRMED).order_by("confirmed_at", "pk"), most)


def decided_recoveries(*, since: datetime, most: int = 2000) -> list[QueuedRecovery]:
    """Those that staff decided `since`, the newest first."""
    decided = Recovery.objects.filter(decided_at__gte=since).exclude(status=Status.CONFIRMED)
    return _lines(decided.order_by("-decided_at", "-pk"), most)


def _lines(rows: QuerySet[Recovery], most: int) -> list[QueuedRecovery]:
    columns = (
        "pk",
        "status",
        "confirmed_at",
        "asked_at",
        "taken_by_id",
        "decided_at",
        "started_by",
        "agreed_by",
    )
    return [
        QueuedRecovery(
            id=pk,
            status=Status(status),
            opened_at=confirmed_at or asked_at,
            taken_by=taken_by,
            decided_at=decided_at,
            started=bool(started_by),
            agreed=bool(agreed_by),
        )
        for pk, status, confirmed_at, asked_at, taken_by, decided_at, started_by, agreed_by in (
            rows.values_list(*columns)[:most]
        )
    ]


def _asked(row: Recovery) -> Asked:
    facts = facts_of(row)
    named = account_named(facts["login"]) if facts["login"] and row.account_id is None else None
    return Asked(
        id=row.pk,
        status=Status(row.status),
        name=facts["name"],
        login=facts["login"],
        email=facts["email"],
        message=facts["message"],
        asked_at=row.asked_at,
        due_at=row.due_at,
        account_id=row.account_id or (named.pk if named else None),
        language=row.language,
        taken_by=row.taken_by_id,
        started_by=row.started_by,
        agreed_by=row.agreed_by,
    )
