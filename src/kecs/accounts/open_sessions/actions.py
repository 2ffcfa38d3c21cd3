"""Noting that a browser was seen, and ending the session of one."""

from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from kecs.accounts import events
from kecs.accounts.models import AccountSession
from kecs.accounts.sessions import stored_as
from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.guard.queries import database_clock


@whole
def begin(*, account_id: UUID, session_key: str, browser: str, by: str) -> None:
    """Write down a session that just began, and forget those of the account that are over."""
    alive = Session.objects.filter(session_key=OuterRef("stored_key"))
    AccountSession.objects.filter(~Exists(alive), account_id=account_id).delete()
    now = database_clock()
    row = AccountSession(
        account_id=account_id, stored_key=stored_as(session_key), browser=browser, begun_at=now, seen_at=now
    )
    # Two first requests at once write one row.
    AccountSession.objects.bulk_create([row], ignore_conflicts=True)


def see(*, session_key: str, by: str) -> None:
    """The browser was seen just now."""
    AccountSession.objects.filter(stored_key=stored_as(session_key)).update(seen_at=database_clock())


@whole
def end_session(*, account_id: UUID, session_id: UUID, by: str) -> None:
    """End one session of this account, at once; one of somebody else stays."""
    row = AccountSession.objects.filter(pk=session_id, account_id=account_id).first()
    if row is None:
        return
    Session.objects.filter(session_key=row.stored_key).delete()
    AccountSession.objects.filter(pk=row.pk).delete()
    record(event=events.SessionEnded(subject=f"account:{account_id}"), by=by)


@whole
def note_time_out(*, account_id: UUID, by: str) -> None:
    """Record that a session ended because its time was over."""
    record(event=events.SessionTimedOut(subject=f"account:{account_id}"), by=by)
