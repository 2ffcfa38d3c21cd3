"""The mails of this room; none says what was asked or what is on file."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kecs.accounts.queries import notice_addresses, state_of
from kecs.assurance.notices import in_every_language
from kecs.audit.clock import signed, unsigned
from kecs.mail.messages import Message, render
from kecs.records.holdings.queries import contact_email_of, held_by

SALT = "corrections.not_me"
LASTS_SECONDS = 10 * 24 * 60 * 60


def addresses_of(account_id: UUID) -> list[str]:
    """Everywhere that the holder may be reached: the account's addresses, and the one on file for its record."""
    held = held_by(account_id)
    on_file = contact_email_of(held.record_id) if held else ""
    return sorted({address.lower() for address in (*notice_addresses(account_id), on_file) if address})


def request_named_in(token: str) -> UUID | None:
    """The request that a "this wasn't me" link is about; None for one that is forged or over 10 days old."""
    try:
        return UUID(unsigned(token, salt=SALT, max_age=LASTS_SECONDS))
    except signing.BadSignature:
        return None


def asked_notice(*, to: str, correction_id: UUID) -> Message:
    """Somebody asked."""
    return in_every_language(
        lambda: render(
            "corrections.asked",
            to,
            _("Someone asked us to correct your details"),
            "corrections/mail/asked",
            {"not_me_url": _not_me_url(correction_id), "days": settings.KECS_CORRECTIONS_TAKE_DAYS},
        )
    )


def changed_notice(*, to: str, correction_id: UUID) -> Message:
    """Staff accepted, and something is otherwise now."""
    return in_every_language(
        lambda: render(
            "corrections.changed",
            to,
            _("Your details were corrected"),
            "corrections/mail/changed",
            {"not_me_url": _not_me_url(correction_id)},
        )
    )


def put_back_notice(*, to: str) -> Message:
    """Somebody had said "this wasn't me", and staff put everything back."""
    return in_every_language(
        lambda: render(
            "corrections.put_back",
            to,
            _("Your details are as they were before"),
            "corrections/mail/put_back",
            {"help_phone": settings.KECS_HELP_PHONE, "help_email": settings.KECS_HELP_EMAIL},
        )
    )


def decided_notice(*, account_id: UUID, accepted: bool, reason: str) -> Message:
    """What staff decided and why, in the language of the account."""
    account = state_of(account_id)
    with translation.override(account.language):
        return render(
            "corrections.decided",
            account.email,
            _("Our answer to your request for a correction"),
            "corrections/mail/decided",
            {
                "username": account.username,
                "accepted": accepted,
                "reason": reason,
                "url": settings.KECS_ORIGIN + reverse("corrections:state"),
            },
        )


def document_refused_notice(*, account_id: UUID) -> Message:
    """The scanner found something in a document, in the language of the account."""
    account = state_of(account_id)
    with translation.override(account.language):
        return render(
            "corrections.document_refused",
            account.email,
            _("We could not use a document that you sent"),
            "corrections/mail/document_refused",
            {"username": account.username, "url": settings.KECS_ORIGIN + reverse("corrections:state")},
        )


def _not_me_url(correction_id: UUID) -> str:
    token = signed(str(correction_id), salt=SALT)
    return settings.KECS_ORIGIN + reverse("corrections:not_me_link", kwargs={"token": token})
