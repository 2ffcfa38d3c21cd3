"""Noting that a browser was seen, and ending the session of one."""

from uuid import UUID

from django.contrib.sessions.models import Session

from kecs.accounts import events
from kecs.accounts.models import AccountSession
from kecs.accounts.sessions import stored_as
from kecs.audit.actions import record
from kecs.audit.clock import portal_clock
from kecs.audit.transactions import whole


def see(*, session_key: str, by: str) -> None:
    """The browser was seen just now."""
    AccountSession.objects.filter(stored_key=stored_as(session_key)).update(seen_at=portal_clock())


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
