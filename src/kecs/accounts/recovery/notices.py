"""The mails of a recovery."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kecs.mail.actions import queue
from kecs.mail.messages import render

KINDS = ("recovery_confirm", "recovery_started", "recovery_approved", "recovery_refused", "recovery_done")


def tell(*, kind: str, to: Iterable[str], language: str, by: str, path: str) -> None:
    """One mail to each, with one link."""
    with translation.override(language):
        subject = {
            "recovery_confirm": _("Confirm your new email address"),
            "recovery_started": _("Someone asks to get into your account"),
            "recovery_approved": _("Someone is getting back into your account"),
            "recovery_refused": _("We could not let you into the account"),
            "recovery_done": _("You can get into your account again"),
        }[kind]
        context = {
            "url": settings.KECS_ORIGIN + path,
            "help_phone": settings.KECS_HELP_PHONE,
            "help_email": settings.KECS_HELP_EMAIL,
        }
        for address in to:
            queue(
                message=render(f"accounts.{kind}", address, subject, f"accounts/mail/{kind}", context), by=by
            )


def confirm_path(token: str) -> str:
    """The link to the new address."""
    return reverse("accounts:recovery_link", kwargs={"token": token})


def cancel_path(token: str) -> str:
    """The link that stops it."""
    return reverse("accounts:cancel_recovery_link", kwargs={"token": token})
