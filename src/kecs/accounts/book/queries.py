"""The addresses of an account as its owner sees them, and the way back that a link names."""

from dataclasses import dataclass, field
from uuid import UUID

from allauth.account.models import EmailAddress

from kecs.accounts.models import AddressUndo
from kecs.guard.queries import database_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One address."""

    id: int
    email: str = field(repr=False)
    confirmed: bool
    primary: bool


def entries_of(account_id: UUID) -> list[Entry]:
    """The one for mail first."""
    return [
        Entry(id=row.pk, email=row.email, confirmed=row.verified, primary=row.primary)
        for row in EmailAddress.objects.filter(user_id=account_id).order_by("-primary", "-verified", "email")
    ]


def live_undo(token_digest: bytes) -> AddressUndo | None:
    """The way back that this digest belongs to, while it is open."""
    found = AddressUndo.objects.filter(token_digest=token_digest, expires_at__gt=database_clock())
    return found.select_related("account").first()
