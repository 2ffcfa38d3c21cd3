"""Ending sessions, removing second factors that may be a thief's, and letting the owner ask for a new password."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session

from kecs.accounts import events
from kecs.accounts.mail_counts import PASSWORD, mails_to
from kecs.accounts.models import AccountSession
from kecs.accounts.sessions import stored_as
from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.guard.actions import clear
from kecs.guard.queries import used

# As long as the links work by which an owner says that something was not her.
YOUNG_FOR = timedelta(days=10)


@whole
def end_sessions(*, account_id: UUID, except_key: str | None = None, by: str) -> None:
    """End every session of the account, but the one with this key."""
    kept = stored_as(except_key) if except_key else ""
    ended = AccountSession.objects.filter(account_id=account_id).exclude(stored_key=kept)
    # The row of the session goes first: the next request of that browser finds nobody signed in.
    Session.objects.filter(session_key__in=ended.values("stored_key")).delete()
    ended.delete()
    record(event=events.SessionsEnded(subject=f"account:{account_id}"), by=by)


@whole
def let_go_of_sessions(*, stored_keys: Collection[str], by: str) -> None:
    """Sessions whose content a lost key sealed: they are empty for whoever has them, and end."""
    Session.objects.filter(session_key__in=stored_keys).delete()
    AccountSession.objects.filter(stored_key__in=stored_keys).delete()


def remove_young_factors(*, account_id: UUID, before: datetime, by: str) -> None:
    """Inside the caller's transaction: what was set up in the ten days before goes, for it may be a thief's."""
    Authenticator.objects.filter(user_id=account_id, created_at__gte=before - YOUNG_FOR).delete()


def let_ask_for_password(*, account_id: UUID, by: str) -> None:
    """Inside the caller's transaction: whoever used up the mails with links, the owner needs one, for none before works now."""
    addresses = EmailAddress.objects.filter(user_id=account_id).order_by("email")
    for email in addresses.values_list("email", flat=True):
        for limit, subject in mails_to(email, purpose=PASSWORD):
            if used(limit, subject):
                clear(limit=limit, subject=subject, by=by)
