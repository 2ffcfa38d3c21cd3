"""What staff see of recoveries, and the recovery that a link names."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kecs.accounts.models import Recovery
from kecs.accounts.queries import account_named
from kecs.accounts.recovery_status import Status
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


def facts_of(row: Recovery) -> dict[str, str]:
    """What was typed."""
    facts: dict[str, str] = json.loads(unseal_from(row, "facts_sealed") or "{}")
    return facts


def under_way(account_id: UUID) -> QuerySet[Recovery]:
    """What will happen to this account unless somebody stops it. One whose new address nobody confirmed in its day is over."""
    works = Q(status=Status.APPROVED) | Q(status=Status.STARTED, due_at__gt=database_clock())
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
    )
