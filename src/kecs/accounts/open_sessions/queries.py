"""Where an account is signed in, and how long a session has left."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session

from kecs.accounts.models import AccountSession
from kecs.accounts.sessions import stored_as
from kecs.audit.by_hand import as_moment, first_row
from kecs.audit.clock import portal_clock

# How late a row may be told that its browser was seen. The server waits so much longer, so nobody is cut short.
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One session as its owner sees it."""

    id: UUID
    browser: str = field(repr=False)
    begun_at: datetime
    seen_at: datetime
    this_one: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Where a session stands: what is written of it, and the seconds until it is over: as it is, and if it is used now."""

    seen_at: datetime
    now: datetime
    seconds_left: float
    seconds_if_seen: float

    @property
    def over(self) -> bool:
        """Whether its time is over."""
        return self.seconds_left <= -SEEN_EVERY.total_seconds()


def devices_of(account_id: UUID, session_key: str | None) -> list[Device]:
    """The live sessions of this account, this one first, then the one that was seen last."""
    alive = Session.objects.filter(expire_date__gt=portal_clock()).values("session_key")
    rows = AccountSession.objects.filter(account_id=account_id, stored_key__in=alive).order_by("-seen_at")
    mine = stored_as(session_key or "")
    found = [
        Device(
            id=row.id,
            browser=row.browser,
            begun_at=row.begun_at,
            seen_at=row.seen_at,
            this_one=row.stored_key == mine,
        )
        for row in rows
    ]
    return sorted(found, key=lambda device: not device.this_one)


def clock_of(session_key: str, *, staff: bool) -> Clock | None:
    """Where this session stands; None where nothing is written of it yet."""
    row = first_row(
        "begun_at, seen_at FROM accounts_accountsession WHERE stored_key = %s", stored_as(session_key)
    )
    if row is None:
        return None
    begun_at, seen_at = map(as_moment, row)
    now = portal_clock()
    idle = timedelta(minutes=settings.KECS_IDLE_MINUTES_STAFF if staff else settings.KECS_IDLE_MINUTES)
    too_old = begun_at + timedelta(hours=settings.KECS_SESSION_HOURS)
    return Clock(
        seen_at=seen_at,
        now=now,
        seconds_left=(min(seen_at + idle, too_old) - now).total_seconds(),
        seconds_if_seen=(min(now + idle, too_old) - now).total_seconds(),
    )
