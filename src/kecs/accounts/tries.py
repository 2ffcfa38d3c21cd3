"""Tries of a password: counted before the password is looked at, so that of any number at once no more are than allowed."""

from kecs.guard.actions import clear, count_together, give_back
from kecs.guard.limits import Limit
from kecs.guard.queries import used

LIMITS = (Limit.SIGN_IN_FAILURES_PER_ACCOUNT, Limit.SIGN_IN_FAILURES_IN_A_ROW)


def may_try(*, subject: str, by: str) -> bool:
    """Count one try for an account's id, or for a name that nobody has. A try that is refused is not counted."""
    tries = [(limit, subject) for limit in LIMITS]
    allowed = all(counted.allowed for counted in count_together(tries=tries, by=by))
    if not allowed:
        _take_back(subject=subject, by=by)
    return allowed


def was_right(*, subject: str, by: str) -> None:
    """The try that was counted last was the password: it and the failures before it are forgiven."""
    if used(Limit.SIGN_IN_FAILURES_IN_A_ROW, subject) > 1:
        forgive(subject=subject, by=by)
    else:
        _take_back(subject=subject, by=by)


def forgive(*, subject: str, by: str) -> None:
    """Set the failures back to nothing; the audit log keeps who did."""
    for limit in LIMITS:
        clear(limit=limit, subject=subject, by=by)


def _take_back(*, subject: str, by: str) -> None:
    for limit in LIMITS:
        give_back(limit=limit, subject=subject, by=by)
