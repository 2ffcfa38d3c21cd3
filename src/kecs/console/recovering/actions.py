"""What staff do with a recovery: look at it, take it, decide it."""

from uuid import UUID

from django.db import transaction

from kecs.accounts.recovery.actions import (
    agree_to_recovery,
    approve_recovery,
    assign_recovery,
    refuse_recovery,
)
from kecs.accounts.recovery.queries import Asked
from kecs.assurance.actions import Reason
from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import tried_again, whole
from kecs.console import events
from kecs.console.cases.decision import Colleagues
from kecs.console.outcomes import Outcome, OwnCase
from kecs.console.recovering.bars import Barred, bar_of
from kecs.console.staff_accounts import manages_staff
from kecs.records.holdings.queries import contact_email_of, held_by


@whole
def look_at_recovery(*, asked: Asked, by: str) -> None:
    """Before the page is shown."""
    account = str(asked.account_id or "")
    record(event=events.RecoveryLookedAt(subject=f"recovery:{asked.id}", account=account), by=by)


def take_recovery(*, asked: Asked, was: UUID | None, now: UUID | None, by: str) -> bool:
    """Take it, give it back or give it to a colleague: one update, which fails where it is not `was`'s any more. Raises OwnCase."""
    if now is not None and now == asked.account_id:
        raise OwnCase
    return assign_recovery(recovery_id=asked.id, was=was, now=now, by=by)


@tried_again
def decide_recovery(
    *, asked: Asked, outcome: Outcome, reason: Reason, english: bool = False, by: str
) -> None:
    """Agree as the first of two; approve as the second, which tells the address on file too; or refuse, at any time.

    The last two are told by mail, in English if `english`. Raises OwnCase, Colleagues, Barred where she may not say yes, and
    recovery's NotPossible where somebody came first.
    """
    if by == f"account:{asked.account_id}":
        raise OwnCase
    if asked.taken_by and by != f"account:{asked.taken_by}":
        raise Colleagues(asked.taken_by)
    bar = bar_of(asked, by=by) if outcome is not Outcome.REFUSE else None
    if bar is not None:
        raise Barred(bar)
    with transaction.atomic(), recorded_together():
        match outcome:
            case Outcome.AGREE:
                agree_to_recovery(recovery_id=asked.id, opens_staff=manages_staff(by), by=by)
            case Outcome.APPROVE:
                held = held_by(asked.account_id) if asked.account_id else None
                on_file = contact_email_of(held.record_id) if held else ""
                also = [on_file] if on_file else []
                approve_recovery(recovery_id=asked.id, also_tell=also, opens_staff=manages_staff(by), by=by)
            case _:
                refuse_recovery(recovery_id=asked.id, language="en" if english else "", by=by)
        record(
            event=events.RecoveryDecided(
                subject=f"recovery:{asked.id}", outcome=outcome.value, reason=reason.value
            ),
            by=by,
        )
