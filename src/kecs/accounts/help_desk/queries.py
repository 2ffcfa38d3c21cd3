"""An account as the help desk sees it: addresses, what stops its owner from signing in, where she is signed in, recoveries.

Nothing here leads to a secret: no password, no code, no token. Whoever asks has recorded the look first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied

from kecs.accounts.book.queries import Entry, entries_of
from kecs.accounts.factors.queries import Factors, factors_of
from kecs.accounts.models import Device as DeviceRow
from kecs.accounts.models import User
from kecs.accounts.open_sessions.queries import Device, devices_of
from kecs.accounts.recovery.queries import Asked, recovery_under_way
from kecs.accounts.tries import KNOWN, UNKNOWN
from kecs.guard.limits import RULES, Limit
from kecs.guard.queries import used, used_up, wait_left

SECOND_STEP = (Limit.SECOND_STEP_TRIES, Limit.SECOND_STEP_TRIES_IN_A_ROW)
# After so many tries in a row somebody may be about to guess, and whoever fails a hundred codes has the password.
FULL_STOPS = (UNKNOWN, KNOWN, Limit.SECOND_STEP_TRIES_IN_A_ROW)
MOST_DEVICES = 10


class OwnAccount(PermissionDenied):
    """It belongs to whoever asks: at the desk a colleague must."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What stops a sign-in, by limit: so many failures of so many; `wait` until the next try, None where only help opens it."""

    limit: Limit
    failures: int
    most: int
    wait: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A browser in which somebody signed in to the account."""

    browser: str = field(repr=False)
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountForStaff:
    """Everything on the account's side of the page. `locks` are those that stop a sign-in now, `failures` counts all."""

    account_id: UUID
    username: str = field(repr=False)
    email: str = field(repr=False)
    language: str
    active: bool
    has_password: bool  # without one, only a link to choose a new one helps
    opened_at: datetime
    addresses: tuple[Entry, ...]
    factors: Factors
    locks: tuple[Lock, ...]
    failures: int
    sessions: tuple[Device, ...]
    devices: tuple[KnownDevice, ...]
    recovery: Asked | None  # the one under way

    @property
    def confirmed(self) -> bool:
        """Whether any of its addresses is confirmed."""
        return any(address.confirmed for address in self.addresses)

    @property
    def stopped(self) -> bool:
        """Whether unlocking it ends the password."""
        return any(lock.limit in FULL_STOPS and lock.wait is None for lock in self.locks)


def account_for_staff(account_id: UUID, *, by: str) -> AccountForStaff:
    """This account. Raises User.DoesNotExist, and OwnAccount for whoever would look at her own."""
    demand_another(account_id, by=by)
    account = User.objects.get(pk=account_id)
    limits = (UNKNOWN, KNOWN, *SECOND_STEP)
    return AccountForStaff(
        account_id=account.pk,
        username=account.username,
        email=account.email,
        language=account.language,
        active=account.is_active,
        has_password=account.has_usable_password(),
        opened_at=account.created_at,
        addresses=tuple(entries_of(account_id)),
        factors=factors_of(account_id),
        locks=locks_of(account_id),
        failures=sum(used(limit, str(account_id)) for limit in limits),
        sessions=tuple(devices_of(account_id, None)),
        devices=_known_devices(account_id),
        recovery=recovery_under_way(account_id),
    )


def demand_another(account_id: UUID, *, by: str) -> None:
    """Row by row: nobody opens or mends her own account at the desk. Raises OwnAccount."""
    if by == f"account:{account_id}":
        raise OwnAccount


def locks_of(account_id: UUID) -> tuple[Lock, ...]:
    """What stops the owner now. A delay that is over is none, and neither is a count that lets the next try pass."""
    subject, found = str(account_id), []
    for limit in (UNKNOWN, KNOWN):
        wait = wait_left(limit, subject)
        if wait is None or wait > timedelta(0):
            found.append(_lock(limit, subject, wait))
    found += [_lock(limit, subject, None) for limit in SECOND_STEP if used_up(limit, subject)]
    return tuple(found)


def is_stopped(account_id: UUID) -> bool:
    """Whether the account came to a full stop: nothing but a new password opens it again."""
    return any(used_up(limit, str(account_id)) for limit in FULL_STOPS)


def _lock(limit: Limit, subject: str, wait: timedelta | None) -> Lock:
    return Lock(limit=limit, failures=used(limit, subject), most=RULES[limit].most, wait=wait)


def _known_devices(account_id: UUID) -> tuple[KnownDevice, ...]:
    rows = DeviceRow.objects.filter(account_id=account_id).order_by("-last_seen")[:MOST_DEVICES]
    return tuple(
        KnownDevice(browser=row.browser, first_seen=row.first_seen, last_seen=row.last_seen) for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What an account is called in a timeline."""

    username: str = field(repr=False)
    staff: bool


def named(account_ids: Iterable[UUID]) -> dict[UUID, Named]:
    """The names of these accounts, of those that are there still."""
    rows = User.objects.filter(pk__in=list(account_ids)).only("id", "username", "is_staff")
    return {row.pk: Named(username=row.username, staff=row.is_staff) for row in rows}
