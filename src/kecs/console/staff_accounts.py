"""The accounts of staff: a help desk that lets people in must not be a way into the rights of others."""

from uuid import UUID

from kecs.accounts.staff.queries import roles_of
from kecs.console.permissions import Function, may


def manages_staff(by: str) -> bool:
    """Whether she may let a colleague in."""
    return may(roles_of(UUID(by.removeprefix("account:"))), Function.MANAGE_STAFF)


def needs_administrator(account_id: UUID, *, by: str) -> bool:
    """Whether it is a colleague's account, which somebody else must open."""
    return bool(roles_of(account_id)) and not manages_staff(by)
