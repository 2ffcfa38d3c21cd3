"""Looking at a person: on the log before her page is shown."""

from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.console import events
from kecs.console.person.queries import Whom, demand_other_person
from kecs.console.repairs import LookReason


@whole
def look_at_person(*, whom: Whom, why: LookReason, by: str) -> None:
    """Before the page is shown: who sees whose record and accounts, and why. Raises OwnRecord, OwnAccount."""
    demand_other_person(whom, by=by)
    record(
        event=events.PersonLookedAt(
            subject=whom.subject,
            accounts=tuple(str(account_id) for account_id in whom.account_ids),
            why=why.value,
        ),
        by=by,
    )
