"""What the help desk does for the owner of an account: nobody here sees a password or a link, and nobody helps herself."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from kecs.accounts import events
from kecs.accounts.actions import Sending, send_confirmation, send_password_reset, send_username_of
from kecs.accounts.book.queries import entries_of
from kecs.accounts.help_desk.queries import SECOND_STEP, demand_another, is_stopped
from kecs.accounts.models import User
from kecs.accounts.shut_out.actions import end_sessions, let_ask_for_password
from kecs.accounts.tries import KNOWN, UNKNOWN
from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import tried_again, whole
from kecs.guard.actions import clear
from kecs.guard.queries import used


class NothingToSend(Exception):
    """The address is confirmed already, or is not the account's any more."""


@tried_again
def unlock_sign_in(*, account_id: UUID, by: str) -> int:
    """Set the failures of both steps back to nothing, so that the owner's next try counts as the first; how many there were.

    After a full stop the password ends with it, and a link to choose another goes to the account's own address: whoever
    tried so often may know it, or would go on. What the help desk does opens no door to a password that was tried.
    """
    demand_another(account_id, by=by)
    subject, failures = str(account_id), 0
    with transaction.atomic(), recorded_together():
        account = User.objects.select_for_update(no_key=True).get(pk=account_id)
        if is_stopped(account_id):
            _end_password(account, by=by)
        for limit in (UNKNOWN, KNOWN, *SECOND_STEP):
            counted = used(limit, subject)
            if counted:
                clear(limit=limit, subject=subject, by=by)
                failures += counted
        record(event=events.SignInUnlocked(subject=f"account:{account_id}", failures=failures), by=by)
    return failures


def _end_password(account: User, *, by: str) -> None:
    User.objects.filter(pk=account.pk).update(password=make_password(None))
    end_sessions(account_id=account.pk, by=by)
    let_ask_for_password(account_id=account.pk, by=by)
    record(event=events.PasswordEnded(subject=f"account:{account.pk}"), by=by)
    send_password_reset(email=account.email, by=by)


@whole
def send_confirmation_again(*, account_id: UUID, email: str, by: str) -> Sending:
    """The link to an address of the account that is not confirmed. Raises NothingToSend."""
    demand_another(account_id, by=by)
    waiting = [entry.email for entry in entries_of(account_id) if not entry.confirmed]
    if email not in waiting:
        raise NothingToSend
    return send_confirmation(account_id=account_id, email=email, by=by)


@whole
def send_username_again(*, account_id: UUID, by: str) -> Sending:
    """The username, to the account's own address for mail."""
    demand_another(account_id, by=by)
    return send_username_of(account_id=account_id, to=User.objects.get(pk=account_id).email, by=by)


@whole
def send_password_link(*, account_id: UUID, by: str) -> Sending:
    """The link to choose a new password, to the account's own address for mail, as Forgot password does."""
    demand_another(account_id, by=by)
    return send_password_reset(email=User.objects.get(pk=account_id).email, by=by)
