"""The one page of this room: a challenge for the script of the robot check."""

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from kecs.guard.robots.altcha import challenge_for
from kecs.guard.session import visitor_of


@never_cache
@require_GET
def challenge(request: HttpRequest) -> JsonResponse:
    """A challenge for a visitor who was shown the box; nobody else gets a session or our time."""
    if settings.KECS_ROBOT != "altcha":
        raise Http404
    if visitor_of(request) is None:
        return JsonResponse({"error": "no_session"}, status=403)
    response = JsonResponse(challenge_for(request))
    response.headers["Cache-Control"] = "no-store"
    return response
