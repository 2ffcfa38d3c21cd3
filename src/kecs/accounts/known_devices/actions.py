"""Meeting devices, telling the owner of new ones, and what follows when she says that it was not her."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kecs.accounts import tries
from kecs.accounts.browsers import browser_named
from kecs.accounts.events import DeviceMet, SignInDisowned
from kecs.accounts.known_devices.queries import LASTS
from kecs.accounts.models import Device, User
from kecs.accounts.queries import notice_addresses
from kecs.accounts.shut_out.actions import end_sessions, let_ask_for_password, remove_young_factors
from kecs.accounts.tokens import digest_of_token, new_token
from kecs.audit.actions import record, recorded_together
from kecs.audit.clock import portal_clock, signed, unsigned
from kecs.audit.rows import insert_rows
from kecs.audit.transactions import tried_again, whole
from kecs.guard.actions import count
from kecs.guard.limits import Limit
from kecs.guard.queries import database_clock
from kecs.mail.actions import queue
from kecs.mail.messages import render

SALT = "accounts.disown"
DISOWN_LASTS_SECONDS = 10 * 24 * 60 * 60
# In one mail; who signs in on more devices than that in eight hours is told of the newest.
MOST_TOLD = 10


@whole
def greet(*, account_id: UUID, tokens: Sequence[str], user_agent: str, tell: bool, by: str) -> str:
    """Note a sign-in on this device. The token for its cookie when it is new, else nothing.

    With `tell` the owner learns of a new one by mail. The first device of an account is known to her.
    """
    now, digests = portal_clock(), [digest_of_token(token) for token in tokens]
    with recorded_together():
        if digests and _seen_again(account_id, digests, now):
            return ""
        token = new_token()
        device = Device(
            account_id=account_id,
            token_digest=digest_of_token(token),
            browser=browser_named(user_agent),
            first_seen=now,
            last_seen=now,
            told_at=None if tell else now,
        )
        insert_rows([device])
        record(event=DeviceMet(subject=f"account:{account_id}", first=not tell), by=by)
        if tell:
            _tell_owner(account_id=account_id, now=now, by=by)
    return token


def _seen_again(account_id: UUID, digests: Sequence[bytes], now: datetime) -> bool:
    known = Device.objects.filter(account_id=account_id, token_digest__in=digests, last_seen__gt=now - LASTS)
    return bool(known.update(last_seen=now))


def tell_untold(*, by: str) -> int:
    """Tell owners of sign-ins that waited for a mail before to be old enough; how many owners."""
    waiting = list(Device.objects.filter(told_at=None).values_list("account_id", flat=True).distinct())
    for account_id in waiting:
        with transaction.atomic(), recorded_together():
            _tell_owner(account_id=account_id, now=portal_clock(), by=by)
    return len(waiting)


def _tell_owner(*, account_id: UUID, now: datetime, by: str) -> None:
    """One mail for all sign-ins that are not told yet. Past the limit they wait for the next mail."""
    limit = Limit.NEW_DEVICE_MAILS_PER_ACCOUNT
    if not count(limit=limit, subject=str(account_id), by=by).allowed:
        return
    account = User.objects.get(pk=account_id)
    untold = Device.objects.filter(account=account, told_at=None)
    sign_ins = list(untold.order_by("-first_seen")[:MOST_TOLD])
    if not sign_ins:
        return
    token = signed(str(account_id), salt=SALT)
    with translation.override(account.language):
        context = {
            "username": account.username,
            "sign_ins": "\n".join(_described(device) for device in sign_ins),
            "disown_url": settings.KECS_ORIGIN + reverse("accounts:disown_link", kwargs={"token": token}),
            "forgot_url": settings.KECS_ORIGIN + reverse("account_reset_password"),
        }
        for to in notice_addresses(account_id):
            subject = _("New sign-in to your account")
            message = render("accounts.new_device", to, subject, "accounts/mail/new_device", context)
            queue(message=message, by=by)
    untold.update(told_at=now)


def _described(device: Device) -> str:
    seen = date_format(timezone.localtime(device.first_seen), "DATETIME_FORMAT")
    browser = device.browser or _("a browser that we do not know")
    return f"- {seen}: {browser}"


@tried_again
def disown(*, token: str, by: str) -> bool:
    """ "This wasn't me": every session ends, no device is known, and the password and young second steps are good no more.

    False for a token that is forged or over ten days old.
    """
    try:
        account_id = UUID(unsigned(token, salt=SALT, max_age=DISOWN_LASTS_SECONDS))
    except (signing.BadSignature, ValueError):
        return False
    with transaction.atomic(), recorded_together():
        tries.end_tries(subject=str(account_id), by=by)
        account = User.objects.select_for_update(no_key=True).get(pk=account_id)
        account.set_unusable_password()
        account.save(update_fields=["password"])
        Device.objects.filter(account=account).delete()
        remove_young_factors(account_id=account_id, before=database_clock(), by=by)
        end_sessions(account_id=account_id, by=by)
        let_ask_for_password(account_id=account_id, by=by)
        record(event=SignInDisowned(subject=f"account:{account_id}"), by=by)
    return True


def forget_devices(*, by: str) -> int:
    """Remove devices that were not seen for so long that their cookies are gone; how many."""
    return Device.objects.filter(last_seen__lt=portal_clock() - LASTS).delete()[0]
