"""A turn in the line for a hash: when whoever found no place is to come again. Signed, so that nobody writes one for herself.

The form that she sends again carries it, for no table could keep a crowd at such a moment. It says nothing but a time of
the web servers' clocks. Whoever sends it again and again while it is good goes before newcomers each time: the line is not
what keeps anybody from trying too often, limits are.
"""

import time
from math import ceil

from django.core import signing
from django.http import HttpRequest

FIELD = "turn"
SALT = "kecs.accounts.turns"
GOOD_FOR = 60 * 60  # seconds after it has come


def turn_in(seconds: int) -> str:
    """What the form of somebody carries whose turn comes so much later, and no moment after."""
    return signing.Signer(salt=SALT).sign(str(int(time.time()) + seconds))


def seconds_until(at: float) -> int:
    """From now; less than none where it has come."""
    return ceil(at - time.time())


def turn_of(request: HttpRequest) -> float | None:
    """The turn that the form carries, in seconds of Unix time, if it is ours and not long over."""
    try:
        at = float(signing.Signer(salt=SALT).unsign(request.POST.get(FIELD, "")))
    except (signing.BadSignature, ValueError):
        return None
    return at if time.time() < at + GOOD_FOR else None


def turn_has_come(request: HttpRequest) -> bool:
    """Whether the form may be worked on before those who come for the first time."""
    at = turn_of(request)
    return at is not None and seconds_until(at) <= 0
