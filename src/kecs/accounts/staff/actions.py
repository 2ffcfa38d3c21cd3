"""Making somebody staff: an account of her own, and roles given and taken. Each change is told to her and to whoever watches, and on the log."""

from collections.abc import Collection
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kecs.accounts import events
from kecs.accounts.actions import UsernameTaken
from kecs.accounts.mails.actions import mail_account
from kecs.accounts.models import HeldRole, User
from kecs.accounts.reset_links import LASTS, ResetLinks
from kecs.accounts.staff.notices import tell_roles_changed
from kecs.accounts.staff.queries import has_administrator, roles_of
from kecs.accounts.staff.roles import StaffRole
from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import whole
from kecs.guard.queries import database_clock


class HasAdministrator(Exception):
    """There is one already, who makes the others."""


class OwnRoles(Exception):
    """Nobody changes her own roles: a colleague must."""


class LastAdministrator(Exception):
    """Nobody would be left who says who is staff."""


@whole
def open_first_administrator(*, username: str, email: str, by: str) -> str:
    """Open the account of the first administrator; a path, good for half an hour, where she chooses her password.

    Raises HasAdministrator, and UsernameTaken.
    """
    if has_administrator():
        raise HasAdministrator
    account = _opened(username=username, email=email, by=by)
    _give(account=account, role=StaffRole.ADMINISTRATOR, by=by)
    token = ResetLinks().token_for(account, lasts=LASTS)
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(account), "key": token}
    )


@whole
def invite(*, username: str, email: str, language: str, by: str) -> UUID:
    """Open an account without a password for a colleague and write to her, in her language, how to choose one. Raises UsernameTaken."""
    account = _opened(username=username, email=email, language=language, by=by)
    with translation.override(account.language):
        subject = _("You work with the educator credentialing system now")
    mail_account(
        account=account,
        to=account.email,
        kind="staff_invited",
        subject=subject,
        context={
            "username": account.username,
            "forgot_url": settings.KECS_ORIGIN + reverse("account_reset_password"),
        },
        by=by,
    )
    return account.pk


def _opened(*, username: str, email: str, language: str = "en", by: str) -> User:
    account = User(
        id=uuid4(), username=username, email=email, language=language, password=make_password(None)
    )
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken from None
    EmailAddress.objects.create(user=account, email=email, primary=True, verified=False)
    record(event=events.AccountOpened(subject=f"account:{account.pk}"), by=by)
    return account


@whole
def set_roles(*, account_id: UUID, roles: Collection[StaffRole], by: str) -> None:
    """Give and take until she holds these; one mail tells of all. Raises OwnRoles and LastAdministrator, and changes nothing then."""
    _demand_another(account_id, by)
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    wanted, held = set(roles), roles_of(account_id)
    with recorded_together():
        given = [role for role in sorted(wanted - held) if _give(account=account, role=role, by=by)]
        taken = [role for role in sorted(held - wanted) if _take(account_id=account_id, role=role, by=by)]
        if given or taken:
            tell_roles_changed(account=account, given=given, taken=taken, by=by)


@whole
def give_role(*, account_id: UUID, role: StaffRole, by: str) -> bool:
    """Give a role; False when she held it already. Raises OwnRoles."""
    _demand_another(account_id, by)
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    given = _give(account=account, role=role, by=by)
    if given:
        tell_roles_changed(account=account, given=[role], taken=[], by=by)
    return given


def _give(*, account: User, role: StaffRole, by: str) -> bool:
    held, given = HeldRole.objects.get_or_create(
        account=account, role=role, defaults={"given_at": database_clock(), "given_by": by}
    )
    if not given:
        return False
    User.objects.filter(pk=account.pk).update(is_staff=True)
    record(event=events.RoleGiven(subject=f"account:{account.pk}", role=held.role), by=by)
    return True


@whole
def take_role(*, account_id: UUID, role: StaffRole, by: str) -> bool:
    """Take a role away; False when she did not hold it. Raises OwnRoles and LastAdministrator."""
    _demand_another(account_id, by)
    taken = _take(account_id=account_id, role=role, by=by)
    if taken:
        account = User.objects.get(pk=account_id)
        tell_roles_changed(account=account, given=[], taken=[role], by=by)
    return taken


def _take(*, account_id: UUID, role: StaffRole, by: str) -> bool:
    # All administrators' rows, in one order: of two who take each other's role at once one must stay.
    holders = HeldRole.objects.filter(role=StaffRole.ADMINISTRATOR).order_by("account_id")
    if role is StaffRole.ADMINISTRATOR and {
        held.account_id for held in holders.select_for_update(no_key=True)
    } == {account_id}:
        raise LastAdministrator
    taken, _each = HeldRole.objects.filter(account_id=account_id, role=role).delete()
    if taken:
        left = HeldRole.objects.filter(account_id=account_id).exists()
        User.objects.filter(pk=account_id).update(is_staff=left)
        record(event=events.RoleTaken(subject=f"account:{account_id}", role=role.value), by=by)
    return bool(taken)


def _demand_another(account_id: UUID, by: str) -> None:
    if by == f"account:{account_id}":
        raise OwnRoles
