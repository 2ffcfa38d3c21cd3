"""Mails about a change of addresses: the one to the address that lost its place carries the way back."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kecs.accounts.mails.actions import mail_account
from kecs.accounts.models import User


def tell_with_undo(*, account: User, to: str, token: str, by: str) -> None:
    """To the address that lost its place."""
    path = reverse("accounts:undo_link", kwargs={"token": token})
    _tell(account=account, to=[to], kind="address_changed", by=by, undo_url=settings.KECS_ORIGIN + path)


def tell_undone(*, account: User, to: Iterable[str], by: str) -> None:
    """What was undone, and that a new password is needed."""
    _tell(account=account, to=to, kind="address_change_undone", by=by)


def _tell(*, account: User, to: Iterable[str], kind: str, by: str, **context: str) -> None:
    forgot = settings.KECS_ORIGIN + reverse("account_reset_password")
    with translation.override(account.language):
        subject = {
            "address_changed": _("Your email address was changed"),
            "address_change_undone": _("Your email address is back"),
        }[kind]
    words = {"username": account.username, "forgot_url": forgot, **context}
    for address in to:
        mail_account(account=account, to=address, kind=kind, subject=subject, context=words, by=by)
