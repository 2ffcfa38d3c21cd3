"""Holes made on purpose, to see that the attacks find them; a portal with these exists in test_holes.py only."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from kecs.config.urls import urlpatterns as portal
from kecs.records.models import EducatorRecord, Holding


class Leak:
    """Every page of a signed-in person names the staff id of the record that she holds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, and more."""
        response = self.get_response(request)
        held = Holding.objects.filter(account_id=request.user.pk).first()
        if held and request.path == "/home":
            response.content += held.record.staff_unique_id.encode()
        return response


def open_to_all(_request: HttpRequest) -> HttpResponse:
    """Of the staff, and not shut."""
    return HttpResponse("<h1>Everybody</h1>")


def record_by_number(_request: HttpRequest, record_id: Any) -> HttpResponse:
    """Whoever knows a number sees whose it is."""
    record = EducatorRecord.objects.filter(pk=record_id).first()
    return HttpResponse(record.staff_unique_id if record else "nobody")


urlpatterns = [*portal, path("console/open", open_to_all), path("records/<uuid:record_id>", record_by_number)]
