"""How a case ended, as the person reads it: one template an ending, sent by the actions and shown by the desk before that."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kecs.accounts.queries import notice_addresses, state_of
from kecs.assurance.notices import in_every_language
from kecs.mail.messages import Message, render
from kecs.pii.redact import REDACTED, SSN_SHAPE

SUBJECTS: Mapping[str, Promise] = {
    "record_given": _("We found your record"),
    "record_made": _("We made a record for you"),
    "not_found": _("We could not tell which record is yours"),
    "other_account": _("The record stays with another account"),
    "stays_with_you": _("Your record stays with you"),
    "claim_looked_at": _("We looked at your record"),
    "alarm_answered": _("We took your record from the other account"),
    "account_invited": _("You can make your account now"),
    "request_answered": _("Our answer to your request"),
    "request_refused": _("Our answer to your request"),
}


def to_account(account_id: UUID, ending: str, facts: Mapping[str, object] = {}) -> list[Message]:
    """To every address of an account, in its language; to the one it registered with while none is confirmed."""
    account = state_of(account_id)
    about = {"username": account.username, "email_confirmed": account.email_confirmed, **facts}
    return _written(ending, notice_addresses(account_id), language=account.language, facts=about)


def to_address(address: str, ending: str, *, language: str, facts: Mapping[str, object]) -> list[Message]:
    """To somebody who has no account and told us where to write."""
    return _written(ending, [address] if address else [], language=language, facts=facts)


def to_address_on_file(address: str, ending: str) -> list[Message]:
    """To whoever reads the address that is on file: in every language, since who that is is unknown."""
    return [in_every_language(lambda: _message(ending, address, {}))] if address else []


def _written(
    ending: str, addresses: Iterable[str], *, language: str, facts: Mapping[str, object]
) -> list[Message]:
    with translation.override(language):
        return [_message(ending, address, facts) for address in addresses]


def _message(ending: str, to: str, facts: Mapping[str, object]) -> Message:
    context = {
        "sign_in_url": settings.KECS_ORIGIN + "/",
        "forgot_username_url": settings.KECS_ORIGIN + reverse("accounts:forgot_username"),
        "help_phone": settings.KECS_HELP_PHONE,
        "help_email": settings.KECS_HELP_EMAIL,
        **facts,
    }
    return render(f"console.{ending}", to, str(SUBJECTS[ending]), f"console/mail/{ending}", context)


def without_numbers(note: str) -> str:
    """What a clerk wrote to a person, fit for a mail: no SSN leaves that way."""
    return SSN_SHAPE.sub(REDACTED, note)


def address_of(path: str) -> str:
    """A page of the portal, as a mail names it."""
    return str(settings.KECS_ORIGIN) + path
