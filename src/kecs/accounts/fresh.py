"""When the person of a session last showed that it is she: by signing in, or by doing it again for a risky act."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest

from kecs.audit.clock import portal_clock

FRESH_FOR = timedelta(minutes=10)
A_MOMENT = timedelta(seconds=5)  # between the reckonings of two web servers: one notes it, another is asked
FRESH_SESSION_KEY = "fresh"


def note_fresh(request: HttpRequest, account_id: UUID) -> None:
    """From now on, for ten minutes, risky acts of this account ask nothing more."""
    request.session[FRESH_SESSION_KEY] = {
        "account": str(account_id),
        "at": portal_clock().timestamp(),
    }


def fresh_since(request: HttpRequest) -> float | None:
    """When the person signed in, or showed again that it is she; None where this account never did."""
    noted = request.session.get(FRESH_SESSION_KEY)
    if not request.user.is_authenticated or not noted or noted["account"] != str(request.user.pk):
        return None
    return float(noted["at"])
