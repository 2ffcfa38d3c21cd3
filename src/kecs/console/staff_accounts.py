"""The accounts of staff, and those that they had opened: a desk that lets people in must not be a way in for whoever sits at it."""

from uuid import UUID

from kecs.accounts.staff.queries import roles_of
from kecs.console.permissions import Function, may
from kecs.registration.invited.queries import invited_by


def manages_staff(by: str) -> bool:
    """Whether she may let a colleague in."""
    return may(roles_of(UUID(by.removeprefix("account:"))), Function.MANAGE_STAFF)


def needs_administrator(account_id: UUID, *, by: str) -> bool:
    """Whether it is a colleague's account, which somebody else must open."""
    return bool(roles_of(account_id)) and not manages_staff(by)


def invited_it(account_id: UUID | None, *, by: str) -> bool:
    """Whether she had this account opened: that its owner is who she says is for a colleague to check."""
    return account_id is not None and invited_by(account_id) == by
