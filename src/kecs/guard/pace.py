"""Answers that take one time, whatever was found: a view asks for it, and the outermost middleware holds the answer back.

It waits when all is done, the session saved and the transaction ended, so that nothing of unequal length comes after.
docs/adr/0013-search-takes-one-time.md tells why.
"""

from collections.abc import Callable
from time import monotonic, sleep

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_ASKED = "kecs.takes_one_time"


def take_one_time(request: HttpRequest) -> None:
    """Have the answer to this request held back. Before the work that must not be timed, so that its errors are, too."""
    request.META[_ASKED] = True


def seconds_left(*, took: float, step: float) -> float:
    """How long until the next whole number of steps; who overruns one step by a little shows no more than who does by far."""
    return -took % step if step else 0.0


class OneTime:
    """The outermost middleware: its clock begins when the request comes and ends when only sending is left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, in its time."""
        began = monotonic()
        response = self.get_response(request)
        if _ASKED in request.META:
            sleep(seconds_left(took=monotonic() - began, step=settings.KECS_SEARCH_TAKES_MS / 1000))
        return response
