"""Answers to requests that reach no page of a room, and to those whose page could not do its work."""

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from kecs.accounts.hashing import SOONEST, TooManyHashes, the_places
from kecs.accounts.turns import FIELD, seconds_until, turn_in, turn_of
from kecs.audit.transactions import database_is_away
from kecs.config.request_ids import request_id
from kecs.config.typed_again import TypedAgain
from kecs.ui.context import site

SECONDS_WITHOUT_DATABASE = 30
LONG = 90  # seconds: more is said in minutes


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open since before a sign-in, or cookies are off: say so, and how to go on."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with what was typed where waiting helps, and 500 where it does not. Asks the database nothing."""
    error = sys.exc_info()[1]
    if isinstance(error, TooManyHashes):
        return _crowd(request)
    if error is not None and database_is_away(error):
        return _wait(request, seconds=SECONDS_WITHOUT_DATABASE, crowd=False)
    return HttpResponse(_page(request, "500.html", {}), status=500)


def _crowd(request: HttpRequest) -> HttpResponse:
    """Whoever has a turn keeps it: it has not come yet, or it has and every place was taken."""
    turn = turn_of(request)
    if turn is None:
        seconds = the_places().turn()
        return _wait(request, seconds=seconds, crowd=True, turn=turn_in(seconds))
    to_come = seconds_until(turn)
    seconds = max(SOONEST, to_come) if to_come > 0 else the_places().again()
    return _wait(request, seconds=seconds, crowd=True, turn=request.POST[FIELD])


def _wait(request: HttpRequest, *, seconds: int, crowd: bool, turn: str = "") -> HttpResponse:
    _leave_browser_as_it_is(request)
    facts = {"seconds": seconds, "minutes": round(seconds / 60) if seconds > LONG else 0, "turn": turn}
    page = _page(request, "503.html", {**facts, "crowd": crowd, "form": _typed(request)})
    return HttpResponse(page, status=503, headers={"Retry-After": str(seconds)})


def _page(request: HttpRequest, template: str, facts: dict[str, Any]) -> str:
    """With how to reach a person, and the number by which she finds in the log what happened."""
    bare = HttpRequest()  # of nobody: who is signed in would be asked of the database
    bare.resolver_match = request.resolver_match
    bare.number, bare.has_failed = request_id(), True  # type: ignore[attr-defined]
    # The middleware that chooses the language may not have been reached, and it reads what the database keeps.
    with translation.override(translation.get_language_from_request(request)):
        return render_to_string(template, {**site(bare), **facts})


def _leave_browser_as_it_is(request: HttpRequest) -> None:
    """No cookie of this answer: the same form, sent again, must be judged as it was.

    A sign-in that got half way has a new token against forgery, which the form does not have, and a session that may not be kept.
    """
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)
    if hasattr(request, "session"):
        request.session.modified = False


def _typed(request: HttpRequest) -> TypedAgain | None:
    """The form that was sent, to be sent again; none where nothing was, where it held files, or where it cannot be read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    # The middleware that refuses long bodies may not have been reached.
    if (
        request.method != "POST"
        or not length.isdecimal()
        or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    ):
        return None
    try:
        return TypedAgain(request.POST) if request.POST and not request.FILES else None
    except (MultiPartParserError, RequestDataTooBig, TooManyFieldsSent, UnreadablePostError):
        return None
