"""A number for each request, on its answer and on each line that is logged while it is worked on; nothing of a person is in it."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
ATTRIBUTE = "kecs.request_id"  # of a span
# As nginx makes it ($request_id). Of a stranger none is taken: it would be his words on every line of ours.
_OF_PROXY = re.compile(r"[0-9a-f]{32}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """Of the request that this thread works on; empty outside of one."""
    return _current.get()


@contextmanager
def _numbered(number: str) -> Iterator[None]:
    token = _current.set(number)
    try:
        yield
    finally:
        _current.reset(token)


class RequestId:
    """The proxy's number where a proxy of ours stands in front, which writes over what strangers send; else a fresh one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "") if settings.KECS_TRUSTED_PROXIES else ""
        number = given if _OF_PROXY.fullmatch(given) else secrets.token_hex(16)
        request.number = number  # type: ignore[attr-defined]
        with _numbered(number):
            response = self.get_response(request)
        response.headers[HEADER] = number
        return response
