"""Form stamps: proof that a page was shown to this visitor some seconds ago; the road for those without script."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest

from django.core import signing
from django.http import HttpRequest

from kecs.audit.clock import portal_clock
from kecs.guard.actions import use_up
from kecs.guard.robot import Verdict
from kecs.guard.session import remembered_visitor, visitor_of

LEAST_AGE = 5  # seconds: nobody types a name, a date and four digits faster
MOST_AGE = 2 * 60 * 60  # seconds: people are called away from a form; a session's work is not kept longer
LONGEST = 400  # characters; ours have about 150
_SALT = "kecs.guard.stamp"


@dataclass(frozen=True, slots=True)
class _Stamp:
    issued: float
    visitor: str


def stamp_for(request: HttpRequest) -> str:
    """A stamp for a page that is about to be shown."""
    content = [secrets.token_urlsafe(12), round(portal_clock().timestamp(), 2), remembered_visitor(request)]
    return signing.dumps(content, salt=_SALT)


def verdict_on_stamp(*, request: HttpRequest, stamp: str, by: str) -> Verdict:
    """Judge a posted stamp and, when it is good, use it up. One that comes too quick stays good."""
    read = _read(stamp)
    visitor = visitor_of(request)
    if read is None or visitor is None or not compare_digest(read.visitor, visitor):
        return Verdict.FAILED
    age = portal_clock().timestamp() - read.issued
    if age > MOST_AGE:
        return Verdict.EXPIRED
    if age < LEAST_AGE:
        return Verdict.TOO_QUICK
    expires_at = datetime.fromtimestamp(read.issued + MOST_AGE, UTC)
    return Verdict.PASSED if use_up(signature=stamp, expires_at=expires_at, by=by) else Verdict.USED


def _read(stamp: str) -> _Stamp | None:
    if len(stamp) > LONGEST:
        return None
    try:
        _nonce, issued, visitor = signing.loads(stamp, salt=_SALT)
    except signing.BadSignature:
        return None
    return _Stamp(issued, visitor)
