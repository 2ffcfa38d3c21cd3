"""How django-allauth meets this house: limits counted in the database, events on the log, our words."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from kecs.accounts import tries
from kecs.accounts.actions import note_failed_sign_in, note_sign_in
from kecs.accounts.factors.queries import factor_used
from kecs.accounts.fresh import note_fresh
from kecs.accounts.known_devices.cookie import meet_device, tokens_of
from kecs.accounts.known_devices.queries import NOBODY, is_known
from kecs.accounts.messages import NOT_CHECKED, SIGN_IN_FAILED, too_many_sign_ins
from kecs.accounts.queries import account_named
from kecs.accounts.usernames import normalised
from kecs.guard.actions import count
from kecs.guard.crowds import box_asked
from kecs.guard.limits import Limit
from kecs.guard.network import network_of
from kecs.guard.robot import Verdict, sentence, the_robot_check


class AccountAdapter(DefaultAccountAdapter):
    """The hooks that differ from the library's own."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": SIGN_IN_FAILED,
        "username_password_mismatch": SIGN_IN_FAILED,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Registration is a room of its own; the library's sign-up stays shut."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Stops guessing, with the same words for a name that nobody has. Raises ValidationError."""
        crowded = box_asked(Limit.SIGN_IN_FAILURES_PER_NETWORK, network_of(request))
        subject, known = _subject(request, credentials)
        # One script of a district's network must shut nobody out there, and be no bother to those who come every day.
        if crowded and not known:
            verdict = the_robot_check().verify(request=request, form_data=request.POST)
            if verdict is not Verdict.PASSED:
                raise ValidationError(sentence(verdict), code=NOT_CHECKED)
        if not tries.may_try(subject=subject, on_known_device=known, by="anonymous"):
            wait = tries.wait_for(subject, on_known_device=known)
            raise ValidationError(too_many_sign_ins(wait), code="too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """As the library's, with our count of failures forgiven by a success."""
        user = super().authenticate(request, **credentials)
        if user is not None:
            subject, known = _subject(request, credentials)
            tries.was_right(subject=subject, on_known_device=known, by=f"account:{user.pk}")
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the failure for the network it came from; for the account the try was counted before."""
        count(limit=Limit.SIGN_IN_FAILURES_PER_NETWORK, subject=network_of(request), by="anonymous")
        note_failed_sign_in(by="anonymous")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Starts the session and records it, once every step of signing in is done; a new device is told to its owner."""
        super().login(request, user)
        note_fresh(request, user.pk)
        note_sign_in(account_id=user.pk, factor=factor_used(request, user).value, by="anonymous")
        meet_device(request, account_id=user.pk, tell=True)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened; the library's flash messages would say it twice."""


def _subject(request: HttpRequest, credentials: dict[str, Any]) -> tuple[str, bool]:
    """One subject for an account, whether its username or its address was typed, else what was typed; and whether this
    device is known to it. The same statements in both cases."""
    typed = str(credentials.get("username") or credentials.get("email") or "")
    account = account_named(typed)
    known = is_known(tokens_of(request), account.pk if account else NOBODY)
    return (str(account.pk) if account else normalised(typed).lower()), known
