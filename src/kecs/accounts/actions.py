"""Everything that changes an account: opening it, confirming its address, signing in and out, a new password."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID, uuid4

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kecs.accounts import events, tries
from kecs.accounts.addresses import mailbox_of
from kecs.accounts.browsers import browser_named
from kecs.accounts.confirmed import tell_confirmed
from kecs.accounts.fresh import note_fresh
from kecs.accounts.known_devices.cookie import meet_device
from kecs.accounts.known_devices.queries import is_of_owner
from kecs.accounts.mail_counts import CONFIRM, PASSWORD, USERNAME, mails_to
from kecs.accounts.mails.actions import mail_account, mail_usernames
from kecs.accounts.models import ConfirmedSince, EmailConfirmation, User
from kecs.accounts.passwords import normalised
from kecs.accounts.queries import account_with_id, live_confirmation, password_is_right
from kecs.accounts.sessions import stored_as
from kecs.accounts.shut_out.actions import end_sessions
from kecs.audit.actions import record, recorded_together
from kecs.audit.by_hand import in_its_form
from kecs.audit.clock import portal_clock
from kecs.audit.rows import insert_rows
from kecs.audit.transactions import whole
from kecs.guard.actions import count, count_if_all_pass, counts_if_all_pass
from kecs.guard.limits import Limit
from kecs.guard.queries import database_clock
from kecs.mail.actions import queue_later

_FORGET_ENDED = """
    DELETE FROM accounts_accountsession WHERE account_id = %s
        AND NOT EXISTS (SELECT 1 FROM django_session WHERE session_key = stored_key)
"""
# Two first requests at once write one row.
_LIST = """
    INSERT INTO accounts_accountsession (id, account_id, stored_key, browser, begun_at, seen_at)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (stored_key) DO NOTHING
"""


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


def _may_mail(*, to: str, purpose: str, by: str, account_id: UUID | None = None) -> bool:
    mails = mails_to(to, purpose=purpose)
    if account_id is not None:
        mails.append((Limit.MAILS_PER_ACCOUNT_DAY, f"{purpose}:{account_id}"))
    return count_if_all_pass(tries=mails, by=by)


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
        insert_rows([account])
    except IntegrityError:
        raise UsernameTaken from None
    insert_rows([EmailAddress(user_id=account_id, email=new.email, primary=True, verified=False)])
    _send_confirmation(account=account, by=by)
    record(event=events.AccountOpened(subject=f"account:{account_id}"), by=by)


def _send_confirmation(*, account: User, by: str) -> None:
    send_confirmation(account_id=account.pk, email=account.email, by=by)


def send_confirmation(*, account_id: UUID, email: str, by: str) -> Sending:
    """Ask for the link to one address. Whether another account confirmed this address, only the mail worker looks."""
    if not _may_mail(to=email, purpose=CONFIRM, account_id=account_id, by=by):
        return Sending.TOO_MANY
    queue_later(kind="accounts.confirm_email", to=email, facts={"account_id": str(account_id)}, by=by)
    return Sending.QUEUED


@whole
def resend_confirmation(*, account_id: UUID, by: str) -> None:
    """Ask for a new link, which ends the one before. Past the limits nothing is queued; the page is the same."""
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    if not EmailAddress.objects.filter(user=account, email=account.email, verified=True).exists():
        _send_confirmation(account=account, by=by)


@whole
def change_unconfirmed_email(*, account_id: UUID, email: str, by: str) -> None:
    """Replace the address that was not confirmed yet, and send the link there. A confirmed address stays as it is."""
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    if EmailAddress.objects.filter(user=account, verified=True).exists():
        return
    EmailAddress.objects.filter(user=account).update(email=email)
    User.objects.filter(pk=account.pk).update(email=email)
    EmailConfirmation.objects.filter(account=account).delete()
    account.email = email
    _send_confirmation(account=account, by=by)
    # Last: who holds the end of the log while waiting for a counter, and who waits the other way round, wait for ever.
    record(event=events.EmailChanged(subject=f"account:{account.pk}"), by=by)


@whole
def confirm_email(*, token_digest: bytes, account_id: UUID, by: str) -> Confirmation:
    """Confirm the address of the signed-in account. A link of another account changes nothing."""
    confirmation = live_confirmation(token_digest)
    if confirmation is None:
        account = User.objects.get(pk=account_id)
        done = EmailAddress.objects.filter(user=account, email=account.email, verified=True).exists()
        return Confirmation.ALREADY if done else Confirmation.EXPIRED
    if confirmation.account_id != account_id:
        return Confirmation.NOT_YOURS
    mine = EmailAddress.objects.filter(user_id=account_id, email=confirmation.email)
    if confirmation.expires_at <= portal_clock() or not mine.exists():
        return Confirmation.EXPIRED
    try:
        with transaction.atomic():
            mine.update(verified=True)
    except IntegrityError:  # another account confirmed the same address first
        return Confirmation.ADDRESS_TAKEN
    ConfirmedSince.objects.update_or_create(
        account_id=account_id, email=confirmation.email, defaults={"since": database_clock()}
    )
    confirmation.delete()
    tell_confirmed(account_id=account_id, email=confirmation.email, by=by)
    record(event=events.EmailConfirmed(subject=f"account:{account_id}"), by=by)
    return Confirmation.CONFIRMED


def sign_in(*, request: HttpRequest, account_id: UUID, by: str) -> None:
    """Start a session of this account under a new session id. The caller has just checked or made the account.

    Raises User.DoesNotExist.
    """
    account = account_with_id(account_id)
    if account is None:
        raise User.DoesNotExist
    record_authentication(request, account, method="password")
    _begin_session(request=request, account=account, by=by)
    request.session.listed_as = request.session.session_key  # type: ignore[attr-defined]
    note_fresh(request, account_id)


@whole
def _begin_session(*, request: HttpRequest, account: User, by: str) -> None:
    """The sign-in, its device and its session in one transaction, and on the log together. May be tried again."""
    with recorded_together():
        login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
        note_sign_in(account_id=account.pk, by=by)
        meet_device(request, account_id=account.pk, tell=False)
        list_session(request=request, account_id=account.pk, by=by)


@whole
def list_session(*, request: HttpRequest, account_id: UUID, by: str) -> None:
    """Write down a session that just began, for its owner to see, and forget those of the account that are over."""
    now, browser = portal_clock(), browser_named(request.headers.get("User-Agent", ""))
    row = [uuid4(), account_id, stored_as(request.session.session_key or ""), browser, now, now]
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_ENDED, in_its_form([account_id]))
        cursor.execute(_LIST, in_its_form(row))


def send_password_reset(*, email: str, tokens: Sequence[str] = (), by: str) -> Sending:
    """Ask for a link for each account that the address may speak of. The same work whether or not there is one.

    `tokens` are those of the browser's devices: the owner's has a count of its own, which no stranger uses up.
    """
    return _send_later(kind="forgot_password", to=email, purpose=PASSWORD, tokens=tokens, by=by)


@whole
def _send_later(*, kind: str, to: str, purpose: str, tokens: Sequence[str], by: str) -> Sending:
    limit, until = Limit.MAILS_FROM_KNOWN_DEVICES_DAY, ""
    on_hers = (
        is_of_owner(tokens, to) and count(limit=limit, subject=f"{purpose}:{mailbox_of(to)}", by=by).allowed
    )
    if not on_hers:
        counts = counts_if_all_pass(tries=mails_to(to, purpose=purpose), by=by)
        if not all(counted.allowed for counted in counts):
            return Sending.TOO_MANY
        # The last mail for now: its link works until the next mail may leave.
        ends = [counted.resets_at for counted in counts if counted.resets_at and not counted.remaining]
        until = max(ends).isoformat() if ends else ""
    queue_later(kind=f"accounts.{kind}", to=to, facts={"until": until}, by=by)
    return Sending.QUEUED


@whole
def note_password_reset(*, account_id: UUID, by: str) -> None:
    """Record a new password and tell the owner. Sessions end by themselves: they are bound to the old hash."""
    account = User.objects.get(pk=account_id)
    tries.forgive(subject=str(account_id), by=by)
    end_sessions(account_id=account_id, by=by)
    record(event=events.PasswordReset(subject=f"account:{account_id}"), by=by)
    with translation.override(account.language):
        subject = _("Your password was changed")
    mail_account(
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


def send_usernames(*, email: str, tokens: Sequence[str] = (), by: str) -> Sending:
    """Ask for one mail with the usernames that the address may speak of. The same work whether or not there are any."""
    return _send_later(kind="forgot_username", to=email, purpose=USERNAME, tokens=tokens, by=by)


@whole
def send_username_of(*, account_id: UUID, to: str, by: str) -> Sending:
    """Queue an account's username to an address that is on file for the record it holds. Not in a request: it looks up."""
    if not _may_mail(to=to, purpose=USERNAME, by=by):
        return Sending.TOO_MANY
    mail_usernames(accounts=[User.objects.get(pk=account_id)], to=to, by=by)
    return Sending.QUEUED


def try_password(*, account_id: UUID, password: str, by: str) -> bool:
    """Whether this is the account's password; a try like any other, counted as those of the Sign In box are."""
    if not tries.may_try(subject=str(account_id), by=by) or not password_is_right(account_id, password):
        return False
    tries.was_right(subject=str(account_id), by=by)
    return True


@whole
def change_language(*, account_id: UUID, language: str, by: str) -> None:
    """Mails to this account, and its pages after the next sign-in, speak this language."""
    User.objects.filter(pk=account_id).update(language=language)


@whole
def note_sign_in(*, account_id: UUID, factor: str = "password", by: str) -> None:
    """Record that a session of this account began, and with which second factor."""
    event = events.SignedIn(subject=f"account:{account_id}", factor=factor)
    record(event=event, by=f"account:{account_id}")


@whole
def note_failed_sign_in(*, by: str) -> None:
    """Record a sign-in that failed, without the name that was typed."""
    record(event=events.SignInFailed(subject="-"), by=by)


@whole
def note_sign_out(*, account_id: UUID, by: str) -> None:
    """Record that a session was ended by its owner."""
    record(event=events.SignedOut(subject=f"account:{account_id}"), by=by)
