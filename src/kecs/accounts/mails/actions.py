"""Which mails an address gets that was typed somewhere, and the links in them: run by the mail worker, never in a request."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kecs.accounts import events
from kecs.accounts.models import EmailConfirmation, User
from kecs.accounts.queries import accounts_with_address, confirmed_owner_of
from kecs.accounts.reset_links import LASTS, ResetLinks, lasts_until
from kecs.accounts.tokens import digest_of_token, new_token
from kecs.audit.actions import record
from kecs.audit.clock import portal_clock
from kecs.guard.limits import HOUR, MINUTE
from kecs.mail.actions import queue
from kecs.mail.messages import render

CONFIRMATION_LASTS = timedelta(hours=24)


def mail_account(
    *, account: User, to: str, kind: str, subject: str, context: dict[str, str], by: str
) -> None:
    """Queue one mail in the account's language."""
    with translation.override(account.language):
        queue(message=render(f"accounts.{kind}", to, subject, f"accounts/mail/{kind}", context), by=by)


def write_confirmation(*, to: str, facts: Mapping[str, str], by: str) -> None:
    """The link for `account_id`, which ends the one before. Where another account confirmed this address, its owner is told.

    Nothing where the account has confirmed an address or changed it since.
    """
    account = User.objects.select_for_update(no_key=True).filter(pk=UUID(facts["account_id"])).first()
    if account is None or not EmailAddress.objects.filter(user=account, email=to, verified=False).exists():
        return
    owner = confirmed_owner_of(to)
    if owner is None:
        _write_link(account=account, to=to, by=by)
    else:
        _write_address_in_use(owner=owner, to=to, by=by)


def _write_address_in_use(*, owner: User, to: str, by: str) -> None:
    with translation.override(owner.language):
        subject = _("You already have an account")
    context = {"username": owner.username, "sign_in_url": settings.KECS_ORIGIN + "/"}
    mail_account(account=owner, to=to, kind="address_in_use", subject=subject, context=context, by=by)


def _write_link(*, account: User, to: str, by: str) -> None:
    token = new_token()
    now = portal_clock()
    confirmation = EmailConfirmation(
        account=account,
        email=to,
        token_digest=digest_of_token(token),
        sent_at=now,
        expires_at=now + CONFIRMATION_LASTS,
    )
    # One statement, which replaces the link before if there is one.
    EmailConfirmation.objects.bulk_create(
        [confirmation],
        update_conflicts=True,
        unique_fields=["account", "email"],
        update_fields=["token_digest", "sent_at", "expires_at"],
    )
    with translation.override(account.language):
        subject = _("Confirm your email address")
    path = reverse("accounts:confirm_email_link", kwargs={"token": token})
    mail_account(
        account=account,
        to=to,
        kind="confirm_email" if to == account.email else "confirm_added_email",
        subject=subject,
        context={"username": account.username, "confirm_url": settings.KECS_ORIGIN + path},
        by=by,
    )
    record(event=events.ConfirmationSent(subject=f"account:{account.pk}"), by=by)


def write_password_reset(*, to: str, facts: Mapping[str, str], by: str) -> None:
    """A link for each account that the address may speak of; the last one for now works until another may be sent."""
    lasts = lasts_until(facts.get("until", ""))
    for account in accounts_with_address(to):
        token = ResetLinks().token_for(account, lasts=lasts)
        path = reverse(
            "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(account), "key": token}
        )
        with translation.override(account.language):
            subject = _("Choose a new password")
        mail_account(
            account=account,
            to=to,
            kind="reset_password",
            subject=subject,
            context={
                "username": account.username,
                "reset_url": settings.KECS_ORIGIN + path,
                "hours": str(lasts // HOUR) if lasts >= 2 * HOUR else "",
                "minutes": str(lasts // MINUTE),
                "is_last": "yes" if lasts > LASTS else "",
            },
            by=by,
        )
        record(event=events.PasswordResetRequested(subject=f"account:{account.pk}"), by=by)


def write_usernames(*, to: str, facts: Mapping[str, str], by: str) -> None:
    """One mail with the usernames that the address may speak of."""
    accounts = accounts_with_address(to)
    if accounts:
        mail_usernames(accounts=accounts, to=to, by=by)


def mail_usernames(*, accounts: list[User], to: str, by: str) -> None:
    """One mail with the usernames of these accounts, in the language of the first."""
    with translation.override(accounts[0].language):
        subject = _("Your username")
    context = {
        "usernames": "\n".join(account.username for account in accounts),
        "sign_in_url": settings.KECS_ORIGIN + "/",
    }
    mail_account(account=accounts[0], to=to, kind="usernames", subject=subject, context=context, by=by)
    for account in accounts:
        record(event=events.UsernamesSent(subject=f"account:{account.pk}"), by=by)
