"""Mails that tell the owner, at every address of hers, what just happened to how she signs in or is written to, and what to do."""

from enum import StrEnum
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kecs.accounts.models import User
from kecs.accounts.queries import notice_addresses
from kecs.mail.actions import queue
from kecs.mail.messages import render


class Notice(StrEnum):
    """What is told."""

    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    RECOVERY_CODE_USED = "recovery_code_used"
    SECOND_STEP_STOPPED = "second_step_stopped"
    ADDRESS_ADDED = "address_added"
    PASSWORD_CHANGED = "password_changed_signed_in"  # noqa: S105 - a word, not a password


def _words(notice: Notice) -> tuple[str, str]:
    """Subject and first sentence, in the active language."""
    match notice:
        case Notice.AUTHENTICATOR_ADDED:
            return _("An authenticator app was added"), _(
                "An authenticator app was just added to your account. From now on, signing in takes a code from it."
            )
        case Notice.AUTHENTICATOR_REMOVED:
            return _("Your authenticator app was removed"), _(
                "The authenticator app of your account was just removed. Its codes do not work any more."
            )
        case Notice.PASSKEY_ADDED:
            return _("A passkey was added"), _(
                "A passkey was just added to your account. It can be used to sign in."
            )
        case Notice.PASSKEY_REMOVED:
            return _("A passkey was removed"), _(
                "A passkey of your account was just removed. It does not work any more."
            )
        case Notice.RECOVERY_CODES_RENEWED:
            return _("You have new recovery codes"), _(
                "New recovery codes were just made for your account. The old ones do not work any more."
            )
        case Notice.RECOVERY_CODE_USED:
            return _("A recovery code was used"), _(
                "Someone just used a recovery code to sign in to your account."
            )
        case Notice.SECOND_STEP_STOPPED:
            return _("Someone knows your password"), _(
                "Someone signed in with your password and then typed many wrong codes. We stopped it for one hour."
            )
        case Notice.ADDRESS_ADDED:
            return _("An email address was added"), _(
                "An email address was just added to your account. It works for signing in as soon as it is confirmed."
            )
        case Notice.PASSWORD_CHANGED:
            return _("Your password was changed"), _(
                "The password of your account was just changed. You were signed out on all other devices."
            )


def tell(*, account: User, notice: Notice, by: str, **facts: Any) -> None:
    """Queue the notice to every address of the account, inside the caller's transaction."""
    with translation.override(account.language):
        subject, happened = _words(notice)
        context = {
            "username": account.username,
            "happened": happened,
            "forgot_url": settings.KECS_ORIGIN + reverse("account_reset_password"),
            "account_url": settings.KECS_ORIGIN + reverse("accounts:account"),
            "help_phone": settings.KECS_HELP_PHONE,
            "help_email": settings.KECS_HELP_EMAIL,
            **facts,
        }
        for address in notice_addresses(account.pk):
            message = render(
                f"accounts.{notice.value}", address, subject, "accounts/factors/mail/notice", context
            )
            queue(message=message, by=by)
