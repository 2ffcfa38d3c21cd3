"""The table of contents: one line a room."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from kecs.accounts.urls import library_urlpatterns
from kecs.config.errors import server_error
from kecs.config.metrics import metrics
from kecs.config.readiness import readyz


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers. It says nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


handler500 = server_error
urlpatterns = [
    path("", include(library_urlpatterns)),
    path("", include("kecs.accounts.urls")),
    path("", include("kecs.assurance.urls")),
    path("register", include("kecs.registration.urls")),
    path("corrections", include("kecs.corrections.urls")),
    path("", include("kecs.home.urls")),
    path("", include("kecs.help.urls")),
    path("desk", include("kecs.console.urls")),
    path("robot/", include("kecs.guard.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
