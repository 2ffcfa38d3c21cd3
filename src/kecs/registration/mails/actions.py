"""What the holder of a record is told, and where her username goes: run by the mail worker, never in a request."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kecs.accounts.actions import send_username_of
from kecs.accounts.queries import state_of
from kecs.guard.actions import count
from kecs.guard.limits import Limit
from kecs.mail.actions import queue
from kecs.mail.messages import render
from kecs.records.holdings.queries import contact_email_of, held_by
from kecs.registration.actions import NOBODY


def write_record_searched(*, to: str, facts: Mapping[str, str], by: str) -> None:
    """The owner of an account learns that somebody with all her facts searched for her record; nobody, where nobody holds it."""
    if facts["account_id"] == NOBODY:
        return
    account_id = UUID(facts["account_id"])
    if not count(limit=Limit.MAILS_PER_ADDRESS_DAY, subject=f"searched:{account_id}", by=by).allowed:
        return
    account = state_of(account_id)
    with translation.override(account.language):
        message = render(
            "registration.record_searched",
            account.email,
            _("Someone searched for your record"),
            "registration/mail/record_searched",
            {
                "username": account.username,
                "sign_in_url": settings.KECS_ORIGIN + "/",
                "forgot_url": settings.KECS_ORIGIN + reverse("account_reset_password"),
            },
        )
    queue(message=message, by=by)


def write_username_on_file(*, to: str, facts: Mapping[str, str], by: str) -> None:
    """An account's username, to the address that is on file for the record it holds, else to the account's own.

    An account that was joined to a record unseen has it at its own address too, as if it had none: else the mail that does
    not come would tell that the number typed for it is on file.
    """
    account_id = UUID(facts["account_id"])
    held, own = held_by(account_id), state_of(account_id).email
    on_file = contact_email_of(held.record_id) if held else ""
    also = [own] if facts.get("also_own") else []
    for address in dict.fromkeys([on_file or own, *also]):
        send_username_of(account_id=account_id, to=address, by=by)
