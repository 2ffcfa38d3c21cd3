"""Tries of a password: counted before the password is looked at, so that of any number at once no more are than allowed.

Strangers' failures make strangers wait, and not the owner on a device of hers: the two are counted apart, and together
they are the most that NIST SP 800-63B allows. docs/adr/0016-sign-in-delays-and-known-devices.md
"""

from datetime import timedelta

from kecs.guard.actions import clear, count_if_ready, give_back, stop
from kecs.guard.limits import Limit
from kecs.guard.queries import used, wait_left

UNKNOWN = Limit.SIGN_IN_FAILURES_FROM_UNKNOWN_DEVICES
KNOWN = Limit.SIGN_IN_FAILURES_FROM_KNOWN_DEVICES


def may_try(*, subject: str, by: str, on_known_device: bool = False) -> bool:
    """Count one try for an account's id, or for a name that nobody has. A try that is refused is not counted."""
    return count_if_ready(limit=_limit(on_known_device), subject=subject, by=by)


def wait_for(subject: str, *, on_known_device: bool = False) -> timedelta | None:
    """How long to wait before the next try; None when only a new password helps."""
    return wait_left(_limit(on_known_device), subject)


def was_right(*, subject: str, by: str, on_known_device: bool = False) -> None:
    """The try that was counted last was the password: it and the failures before it, on devices like this, are forgiven."""
    limit = _limit(on_known_device)
    if used(limit, subject) > 1:
        clear(limit=limit, subject=subject, by=by)
    else:
        give_back(limit=limit, subject=subject, by=by)


def forgive(*, subject: str, by: str) -> None:
    """Set all failures back to nothing; the audit log keeps who did."""
    for limit in (UNKNOWN, KNOWN):
        clear(limit=limit, subject=subject, by=by)


def end_tries(*, subject: str, by: str) -> None:
    """Let no password be tried any more until a new one is chosen."""
    for limit in (UNKNOWN, KNOWN):
        stop(limit=limit, subject=subject, by=by)


def _limit(on_known_device: bool) -> Limit:
    return KNOWN if on_known_device else UNKNOWN
