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
# No two of these lead to the same address. Those that most requests are for stand first: what comes before is tried in vain.
urlpatterns = [
    path("register", include("kecs.registration.urls")),
    path("robot/", include("kecs.guard.urls")),
    path("", include("kecs.home.urls")),
    path("", include(library_urlpatterns)),
    path("desk", include("kecs.console.urls")),
    path("corrections", include("kecs.corrections.urls")),
    path("", include("kecs.accounts.urls")),
    path("", include("kecs.assurance.urls")),
    path("", include("kecs.help.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
