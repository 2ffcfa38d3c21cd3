"""Everything that changes an account: opening it, confirming its address, signing in and out, a new password."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from allauth.account import app_settings as allauth_settings
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kecs.accounts import events, tries
from kecs.accounts.addresses import mailbox_of
from kecs.accounts.models import EmailConfirmation, User
from kecs.accounts.passwords import normalised
from kecs.accounts.queries import (
    accounts_with_address,
    confirmed_owner_of,
    live_confirmation,
    password_is_right,
)
from kecs.accounts.tokens import digest_of_token, new_token
from kecs.audit.actions import record
from kecs.guard.actions import count_together
from kecs.guard.limits import Limit
from kecs.mail.actions import queue
from kecs.mail.messages import render

CONFIRMATION_LASTS = timedelta(hours=24)


class UsernameTaken(Exception):
    """Another account took the username first."""


class Confirmation(StrEnum):
    """What became of a confirmation link."""

    CONFIRMED = "confirmed"
    ALREADY = "already"
    EXPIRED = "expired"
    NOT_YOURS = "not_yours"
    ADDRESS_TAKEN = "address_taken"


class Sending(StrEnum):
    """Whether a mail was queued."""

    QUEUED = "queued"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What a person chose for her account. The password is already hashed: hashing waits for no lock."""

    username: str = field(repr=False)
    email: str = field(repr=False)
    password_hash: str = field(repr=False)
    language: str


def hash_of(*, password: str, by: str) -> str:
    """The Argon2id hash of a password. Slow on purpose: call it before a transaction begins."""
    return make_password(normalised(password))


def _mail(*, account: User, to: str, kind: str, subject: str, context: dict[str, str], by: str) -> None:
    with translation.override(account.language):
        queue(message=render(f"accounts.{kind}", to, subject, f"accounts/mail/{kind}", context), by=by)


def _may_mail(*, to: str, purpose: str, by: str, account_id: UUID | None = None) -> bool:
    subject = f"{purpose}:{mailbox_of(to)}"
    mails = [(Limit.MAILS_PER_ADDRESS_HOUR, subject), (Limit.MAILS_PER_ADDRESS_DAY, subject)]
    if account_id is not None:
        mails.append((Limit.MAILS_PER_ACCOUNT_DAY, f"{purpose}:{account_id}"))
    return all(counted.allowed for counted in count_together(tries=mails, by=by))


def open_account(*, account_id: UUID, new: NewAccount, by: str) -> None:
    """Open an account with its first, unconfirmed address, inside the caller's transaction.

    Raises UsernameTaken, after which that transaction can only be rolled back.
    """
    account = User(
        id=account_id,
        username=new.username,
        email=new.email,
        password=new.password_hash,
        language=new.language,
    )
    try:
        account.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken from None
    EmailAddress.objects.create(user=account, email=new.email, primary=True, verified=False)
    _send_confirmation(account=account, by=by)
    record(event=events.AccountOpened(subject=f"account:{account_id}"), by=by)


def _send_confirmation(*, account: User, by: str) -> None:
    """Queue the link. Where another account confirmed this address, its owner is told instead; the page is the same."""
    if not _may_mail(to=account.email, purpose="confirm", account_id=account.pk, by=by):
        return
    owner = confirmed_owner_of(account.email)
    if owner is not None and owner.pk != account.pk:
        with translation.override(owner.language):
            subject = _("You already have an account")
        _mail(
            account=owner,
            to=account.email,
            kind="address_in_use",
            subject=subject,
            context={"username": owner.username, "sign_in_url": settings.KECS_ORIGIN + "/"},
            by=by,
        )
        return
    token = new_token()
    now = timezone.now()
    confirmation = EmailConfirmation(
        account=account,
        email=account.email,
        token_digest=digest_of_token(token),
        sent_at=now,
        expires_at=now + CONFIRMATION_LASTS,
    )
    # One statement, which replaces the link before if there is one.
    EmailConfirmation.objects.bulk_create(
        [confirmation],
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["email", "token_digest", "sent_at", "expires_at"],
    )
    with translation.override(account.language):
        subject = _("Confirm your email address")
    path = reverse("accounts:confirm_email_link", kwargs={"token": token})
    _mail(
        account=account,
        to=account.email,
        kind="confirm_email",
        subject=subject,
        context={"username": account.username, "confirm_url": settings.KECS_ORIGIN + path},
        by=by,
    )
    record(event=events.ConfirmationSent(subject=f"account:{account.pk}"), by=by)


@transaction.atomic
def resend_confirmation(*, account_id: UUID, by: str) -> None:
    """Queue a new link, which ends the one before. Past the limits nothing is queued; the page is the same."""
    account = User.objects.select_for_update().get(pk=account_id)
    if not EmailAddress.objects.filter(user=account, email=account.email, verified=True).exists():
        _send_confirmation(account=account, by=by)


@transaction.atomic
def change_unconfirmed_email(*, account_id: UUID, email: str, by: str) -> None:
    """Replace the address that was not confirmed yet, and send the link there. A confirmed address stays as it is."""
    account = User.objects.select_for_update().get(pk=account_id)
    if EmailAddress.objects.filter(user=account, verified=True).exists():
        return
    EmailAddress.objects.filter(user=account).update(email=email)
    User.objects.filter(pk=account.pk).update(email=email)
    EmailConfirmation.objects.filter(account=account).delete()
    account.email = email
    _send_confirmation(account=account, by=by)
    # Last: who holds the end of the log while waiting for a counter, and who waits the other way round, wait for ever.
    record(event=events.EmailChanged(subject=f"account:{account.pk}"), by=by)


@transaction.atomic
def confirm_email(*, token_digest: bytes, account_id: UUID, by: str) -> Confirmation:
    """Confirm the address of the signed-in account. A link of another account changes nothing."""
    confirmation = live_confirmation(token_digest)
    if confirmation is None:
        account = User.objects.get(pk=account_id)
        done = EmailAddress.objects.filter(user=account, email=account.email, verified=True).exists()
        return Confirmation.ALREADY if done else Confirmation.EXPIRED
    if confirmation.account_id != account_id:
        return Confirmation.NOT_YOURS
    if confirmation.expires_at <= timezone.now() or confirmation.email != confirmation.account.email:
        return Confirmation.EXPIRED
    try:
        with transaction.atomic():
            EmailAddress.objects.filter(user_id=account_id, email=confirmation.email).update(verified=True)
    except IntegrityError:  # another account confirmed the same address first
        return Confirmation.ADDRESS_TAKEN
    confirmation.delete()
    record(event=events.EmailConfirmed(subject=f"account:{account_id}"), by=by)
    return Confirmation.CONFIRMED


def sign_in(*, request: HttpRequest, account_id: UUID, by: str) -> None:
    """Start a session of this account under a new session id. The caller has just checked or made the account."""
    account = User.objects.get(pk=account_id)
    record_authentication(request, account, method="password")
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    note_sign_in(account_id=account_id, by=by)


@transaction.atomic
def send_password_reset(*, email: str, by: str) -> Sending:
    """Queue a link for each account that the address may speak of. The caller answers alike whatever comes back."""
    if not _may_mail(to=email, purpose="reset", by=by):
        return Sending.TOO_MANY
    for account in accounts_with_address(email):
        token = allauth_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(account)
        path = reverse(
            "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(account), "key": token}
        )
        with translation.override(account.language):
            subject = _("Choose a new password")
        _mail(
            account=account,
            to=email,
            kind="reset_password",
            subject=subject,
            context={"username": account.username, "reset_url": settings.KECS_ORIGIN + path},
            by=by,
        )
        record(event=events.PasswordResetRequested(subject=f"account:{account.pk}"), by=by)
    return Sending.QUEUED


@transaction.atomic
def note_password_reset(*, account_id: UUID, by: str) -> None:
    """Record a new password and tell the owner. Sessions end by themselves: they are bound to the old hash."""
    account = User.objects.get(pk=account_id)
    tries.forgive(subject=str(account_id), by=by)
    record(event=events.PasswordReset(subject=f"account:{account_id}"), by=by)
    with translation.override(account.language):
        subject = _("Your password was changed")
    _mail(
        account=account,
        to=account.email,
        kind="password_changed",
        subject=subject,
        context={
            "username": account.username,
            "forgot_url": settings.KECS_ORIGIN + reverse("account_reset_password"),
        },
        by=by,
    )


@transaction.atomic
def send_usernames(*, email: str, by: str) -> Sending:
    """Queue one mail with the usernames that the address may speak of. The caller answers alike in any case."""
    if not _may_mail(to=email, purpose="username", by=by):
        return Sending.TOO_MANY
    accounts = accounts_with_address(email)
    if accounts:
        _send_usernames(accounts=accounts, to=email, by=by)
    return Sending.QUEUED


@transaction.atomic
def send_username_of(*, account_id: UUID, to: str, by: str) -> Sending:
    """Queue an account's username to an address that is on file for the record it holds."""
    if not _may_mail(to=to, purpose="username", by=by):
        return Sending.TOO_MANY
    _send_usernames(accounts=[User.objects.get(pk=account_id)], to=to, by=by)
    return Sending.QUEUED


def _send_usernames(*, accounts: list[User], to: str, by: str) -> None:
    with translation.override(accounts[0].language):
        subject = _("Your username")
    context = {
        "usernames": "\n".join(account.username for account in accounts),
        "sign_in_url": settings.KECS_ORIGIN + "/",
    }
    _mail(account=accounts[0], to=to, kind="usernames", subject=subject, context=context, by=by)
    for account in accounts:
        record(event=events.UsernamesSent(subject=f"account:{account.pk}"), by=by)


def try_password(*, account_id: UUID, password: str, by: str) -> bool:
    """Whether this is the account's password; a try like any other, counted as those of the Sign In box are."""
    if not tries.may_try(subject=str(account_id), by=by) or not password_is_right(account_id, password):
        return False
    tries.was_right(subject=str(account_id), by=by)
    return True


@transaction.atomic
def change_language(*, account_id: UUID, language: str, by: str) -> None:
    """Mails to this account, and its pages after the next sign-in, speak this language."""
    User.objects.filter(pk=account_id).update(language=language)


@transaction.atomic
def note_sign_in(*, account_id: UUID, by: str) -> None:
    """Record that a session of this account began."""
    record(event=events.SignedIn(subject=f"account:{account_id}"), by=f"account:{account_id}")


@transaction.atomic
def note_failed_sign_in(*, by: str) -> None:
    """Record a sign-in that failed, without the name that was typed."""
    record(event=events.SignInFailed(subject="-"), by=by)


@transaction.atomic
def note_sign_out(*, account_id: UUID, by: str) -> None:
    """Record that a session was ended by its owner."""
    record(event=events.SignedOut(subject=f"account:{account_id}"), by=by)
