"""Show a whole number, counted; the 21st of an hour stops her, and tells the security officers in the same transaction."""

from uuid import UUID

from django.db import transaction

from kecs.accounts.help_desk.queries import demand_another, named
from kecs.accounts.staff.queries import with_role
from kecs.accounts.staff.roles import StaffRole
from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import tried_again
from kecs.console import events
from kecs.console.revealing.notices import reveals_stopped_notice
from kecs.guard.actions import clear, count, stop
from kecs.guard.limits import RULES, Limit
from kecs.guard.queries import used_up
from kecs.mail.actions import queue
from kecs.records.revealing.actions import open_ssn
from kecs.records.revealing.reasons import RevealReason

HOUR, STOPPED = Limit.SSN_REVEALS_PER_STAFF_HOUR, Limit.SSN_REVEALS_STOPPED


class RevealsStopped(Exception):
    """She has seen as many as an hour allows, and sees no more until a security officer says so."""


@tried_again
def reveal_ssn(*, record_id: UUID, reason: RevealReason, ticket: str, by: str) -> str:
    """The whole number, once: counted and on the log. Raises RevealsStopped; NoWholeNumber and OwnRecord of the records room."""
    with transaction.atomic(), recorded_together():
        if not used_up(STOPPED, by):
            if count(limit=HOUR, subject=by, by=by).allowed:
                return open_ssn(record_id=record_id, reason=reason, ticket=ticket, by=by)
            _stop(by=by)
    raise RevealsStopped


def _stop(*, by: str) -> None:
    stop(limit=STOPPED, subject=by, by=by)
    account_id = UUID(by.removeprefix("account:"))
    who = named([account_id])[account_id].username
    most = RULES[HOUR].most
    for officer in with_role(StaffRole.SECURITY_OFFICER):
        message = reveals_stopped_notice(to=officer.email, username=who, account_id=account_id, most=most)
        queue(message=message, by=by)
    record(event=events.RevealsStopped(subject=by, most=most), by=by)


@tried_again
def allow_reveals(*, staff_account_id: UUID, by: str) -> None:
    """A security officer has spoken with her: she counts from nothing again. Raises OwnAccount."""
    demand_another(staff_account_id, by=by)
    subject = f"account:{staff_account_id}"
    with transaction.atomic(), recorded_together():
        for limit in (HOUR, STOPPED):
            clear(limit=limit, subject=subject, by=by)
        record(event=events.RevealsAllowed(subject=subject), by=by)
