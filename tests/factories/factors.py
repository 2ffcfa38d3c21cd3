"""Accounts with second factors, and what their owners type."""

from typing import Any

from django.test import Client
from django.utils import timezone

from kecs.accounts.factors import totp
from kecs.accounts.factors.actions import add_authenticator, make_recovery_codes
from kecs.accounts.models import User
from kecs.accounts.staff.actions import set_roles
from kecs.accounts.staff.queries import roles_of
from kecs.accounts.staff.roles import StaffRole
from kecs.mail.models import OutboxMessage
from tests.factories.people import MARIA, PASSWORD
from tests.factories.visits import register_new

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of the specification's examples, twice


def account(client: Client | None = None, username: str = "maria.fuentes") -> User:
    """María's account; the client, if any, is signed in to it."""
    register_new(client or Client(), MARIA, username=username)
    return User.objects.get(username=username)


def code(secret: str = SECRET, *, steps: int = 0) -> str:
    """What her app shows now, or so many half minutes later."""
    return totp.code_at(secret, totp.step_at(timezone.now()) + steps)


def with_app(owner: User) -> list[str]:
    """Sets up an authenticator app with SECRET, as if a while ago; her recovery codes."""
    assert add_authenticator(account_id=owner.pk, secret=SECRET, typed=code(steps=-1), by="tests")
    return make_recovery_codes(account_id=owner.pk, by="tests")


def as_staff(owner: User, *roles: StaffRole) -> None:
    """Makes her staff in these roles, in all of them where none is named; as if long ago, so no mail of it is due."""
    wanted = roles_of(owner.pk) | set(roles or StaffRole)
    set_roles(account_id=owner.pk, roles=wanted, by="tests")
    OutboxMessage.objects.filter(kind="accounts.roles_changed").delete()


def types_password(
    client: Client, *, login: str = "maria.fuentes", password: str = PASSWORD, address: str = "/"
) -> Any:
    """Fills in the Sign In box."""
    return client.post(address, {"login": login, "password": password}, follow=True)


def types_code(client: Client, typed: str) -> Any:
    """Answers the second step."""
    return client.post("/sign-in/second-step", {"code": typed}, follow=True)


def signs_in_with_app(client: Client) -> Any:
    """Both steps."""
    types_password(client)
    return types_code(client, code())


def grows_stale(client: Client) -> None:
    """Eleven minutes go by for this session."""
    session = client.session
    session["fresh"] = {**session["fresh"], "at": session["fresh"]["at"] - 11 * 60}
    session.save()
