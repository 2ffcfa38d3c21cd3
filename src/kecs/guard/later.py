"""The plain page for too many tries: 429, and in how many minutes to come back."""

from collections.abc import Iterable
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kecs.audit.clock import portal_clock
from kecs.guard.actions import Count

_ONE_HOUR = 60 * 60


def later(request: HttpRequest, counts: Iterable[Count] = ()) -> HttpResponse:
    """Refused for now; programs read the same in Retry-After."""
    now = portal_clock()
    refused = [count.resets_at - now for count in counts if not count.allowed and count.resets_at]
    seconds = ceil(max(max(refused).total_seconds(), 1)) if refused else _ONE_HOUR
    context = {"minutes": max(ceil(seconds / 60), 2)}
    response = render(request, "guard/later.html", context, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
