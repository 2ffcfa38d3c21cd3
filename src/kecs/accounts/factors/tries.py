"""Tries of a code: counted before the code is looked at, so that of any number at once no more are than allowed."""

from uuid import UUID

from kecs.guard.actions import clear, count_together, give_back
from kecs.guard.limits import Limit
from kecs.guard.queries import used

LIMITS = (Limit.SECOND_STEP_TRIES, Limit.SECOND_STEP_TRIES_IN_A_ROW)


def may_try(*, account_id: UUID, in_a_row: bool, by: str) -> bool:
    """Count one try for this account. A try that is refused is not counted."""
    limits = LIMITS if in_a_row else LIMITS[:1]
    tries = [(limit, str(account_id)) for limit in limits]
    allowed = all(counted.allowed for counted in count_together(tries=tries, by=by))
    if not allowed:
        for limit, subject in tries:
            give_back(limit=limit, subject=subject, by=by)
    return allowed


def was_right(*, account_id: UUID, by: str) -> None:
    """The account's owner showed a second factor: the failures before it are forgiven."""
    for limit in LIMITS:
        if used(limit, str(account_id)) > 1:
            clear(limit=limit, subject=str(account_id), by=by)
        else:
            give_back(limit=limit, subject=str(account_id), by=by)
