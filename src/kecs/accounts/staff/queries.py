"""Who is staff, and in which roles."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kecs.accounts.factors.queries import has_second_factor
from kecs.accounts.models import HeldRole, User
from kecs.accounts.staff.roles import StaffRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of staff, as the page of staff lists her."""

    account_id: UUID
    username: str
    email: str = field(repr=False)
    roles: frozenset[StaffRole]
    second_step: bool
    last_sign_in: datetime | None


def roles_of(account_id: UUID) -> frozenset[StaffRole]:
    """The roles of this account, now: whoever loses one finds its pages shut at the next request."""
    held = HeldRole.objects.filter(account_id=account_id, account__is_active=True)
    return _known(held.values_list("role", flat=True))


def _known(roles: Collection[str]) -> frozenset[StaffRole]:
    """Without roles that an older or a newer version knows."""
    return frozenset(StaffRole(role) for role in roles if role in set(StaffRole))


def staff() -> list[Member]:
    """Everybody who holds a role, by username."""
    rows = User.objects.filter(held_roles__isnull=False).distinct().order_by("username")
    return [_member(account) for account in rows.prefetch_related("held_roles")]


def member(account_id: UUID) -> Member:
    """One of them, or somebody who was. Raises User.DoesNotExist."""
    return _member(User.objects.get(pk=account_id))


def _member(account: User) -> Member:
    return Member(
        account_id=account.pk,
        username=account.username,
        email=account.email,
        roles=_known([held.role for held in account.held_roles.all()]),
        second_step=has_second_factor(account.pk),
        last_sign_in=account.last_login,
    )


def has_administrator() -> bool:
    """Whether somebody can say who is staff."""
    held = HeldRole.objects.filter(role=StaffRole.ADMINISTRATOR, account__is_active=True)
    return held.exists()


def with_role(role: StaffRole) -> list[User]:
    """Everybody who holds this role."""
    return list(User.objects.filter(held_roles__role=role, is_active=True).order_by("username"))


def usernames_with(roles: Collection[StaffRole]) -> dict[UUID, str]:
    """Everybody who holds one of these roles, by username, in one statement."""
    holders = User.objects.filter(held_roles__role__in=list(roles), is_active=True)
    return dict(holders.order_by("username").values_list("pk", "username"))
