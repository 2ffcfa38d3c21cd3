"""Checks a password against the one account that a typed username or e-mail address names; django-allauth calls it."""

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from kecs.accounts.models import User
from kecs.accounts.queries import account_named, account_with_id


class SignInBackend(AuthenticationBackend):
    """One look-up and one password hash, whether or not the account exists: time tells a stranger nothing."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """The account whose password this is, or None."""
        password = credentials.get("password")
        login = credentials.get("username") or credentials.get("email")
        if not password or not login:
            return None
        account = account_named(login)
        if account is None:
            User().set_password(password)  # costs what a check costs
            return None
        if not account.check_password(password):
            return None
        return account if self.user_can_authenticate(account) else None

    def get_user(self, user_id: UUID) -> User | None:
        """The account of a session, while it may sign in."""
        account = account_with_id(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None
