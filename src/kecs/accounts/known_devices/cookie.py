"""The device cookie: up to five tokens of 256 bits, one for each account that signed in in this browser.

A token is made at each first sign-in and never taken over from what the browser sent, so that nobody can plant one. It
needs no signature: the table knows the digest, or the token is worth nothing.
"""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kecs.accounts.known_devices.actions import greet
from kecs.accounts.known_devices.queries import LASTS
from kecs.accounts.tokens import new_token

MOST_TOKENS = 5
_LENGTH = len(new_token())
_NEW = "kecs.new_device_token"


def cookie_name() -> str:
    """With the prefix that keeps neighbours under the same domain from setting it, where there is HTTPS."""
    return "__Host-device" if settings.HTTPS else "device"


def tokens_of(request: HttpRequest) -> list[str]:
    """The tokens that this browser holds, the newest first."""
    sent = request.COOKIES.get(cookie_name(), "").split(".")
    return [token for token in sent if len(token) == _LENGTH][:MOST_TOKENS]


def meet_device(request: HttpRequest, *, account_id: UUID, tell: bool) -> None:
    """A session of this account has just begun in this browser. A new device is told by mail, except the first."""
    new = greet(
        account_id=account_id,
        tokens=tokens_of(request),
        user_agent=request.headers.get("User-Agent", ""),
        tell=tell,
        by=f"account:{account_id}",
    )
    if new:
        request.META[_NEW] = new


class DeviceCookie:
    """The middleware that gives the browser its token, whichever page the sign-in ended on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, with the cookie where a device was met."""
        response = self.get_response(request)
        if _NEW in request.META:
            response.set_cookie(
                cookie_name(),
                ".".join([request.META[_NEW], *tokens_of(request)][:MOST_TOKENS]),
                max_age=LASTS,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
        return response
