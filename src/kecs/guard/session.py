"""What ties a robot check to one visitor: a random value in the session that survives a change of session key."""

import secrets

from django.http import HttpRequest

from kecs.pii.fields import digest_of

_KEY = "guard_robot_visitor"


def visitor_of(request: HttpRequest) -> str | None:
    """The digest that this visitor's checks carry, or None when the session was shown no page with a check."""
    value = request.session.get(_KEY)
    return _digest(value) if isinstance(value, str) else None


def remembered_visitor(request: HttpRequest) -> str:
    """The same, remembering the visitor from now on."""
    value = request.session.setdefault(_KEY, secrets.token_urlsafe(16))
    return _digest(value)


def _digest(value: str) -> str:
    return digest_of("robot:visitor", value).hex()
