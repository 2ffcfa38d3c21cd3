"""/metrics in Prometheus' format: what each web process counts, together for all of this host, and the figures of the database.

The processes write into files of KECS_METRICS_DIR, so that any of them can answer for all. docs/adr/0035-seeing.md
"""

import hmac
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network
from pathlib import Path
from time import monotonic

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from kecs.accounts.hashing import the_places
from kecs.config.figures import Figure, figures
from kecs.guard.network import client_address

# The numbers below open their files at once.
Path(settings.KECS_METRICS_DIR).mkdir(parents=True, exist_ok=True)

_STEPS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SECONDS = Histogram(
    "kecs_request_seconds",
    "Work on a request, without waiting on purpose.",
    ["route", "method"],
    buckets=_STEPS,
)
ANSWERS = Counter("kecs_answers", "Answers by status.", ["status"])
HASHES = Gauge("kecs_hashes_in_place", "Password hashes that run or wait.", multiprocess_mode="livesum")
REFUSED = Counter("kecs_hashes_refused", "Forms that found no place for their hash.")
UP = Gauge("kecs_web_processes", "Web processes of this host that answered.", multiprocess_mode="livesum")

_log = structlog.get_logger("kecs.requests")
# Probes would fill the log, and say nothing in it.
_UNTOLD = frozenset({"healthz", "readyz", "metrics"})


class Measured:
    """Counts and times each answer, and says so in one line of the log: its route, never its path."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        UP.set(1)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began, places = monotonic(), the_places()
        refused = places.refused
        response = self.get_response(request)
        took = monotonic() - began
        # A path that leads nowhere, and a method of somebody's invention, get one name each.
        route = str(request.resolver_match.route) if request.resolver_match else "-"
        method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
        SECONDS.labels(route, method).observe(took)
        ANSWERS.labels(str(response.status_code)).inc()
        HASHES.set(places.inside)
        REFUSED.inc(max(0, places.refused - refused) if response.status_code == 503 else 0)
        if route not in _UNTOLD and not request.path.startswith(settings.STATIC_URL):
            _log.info(
                "request answered",
                route=route,
                method=method,
                status=response.status_code,
                seconds=round(took, 4),
            )
        return response


class FromDatabase:
    """The figures, as the library wants them."""

    def __init__(self, read: Callable[[], Iterable[Figure]]) -> None:
        self.read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Asked once for each answer."""
        families: dict[str, GaugeMetricFamily] = {}
        for figure in self.read():
            names = [name for name, _value in figure.labels]
            family = families.setdefault(
                figure.name, GaugeMetricFamily(figure.name, figure.says, labels=names)
            )
            family.add_metric([value for _name, value in figure.labels], figure.value)
        yield from families.values()


def may_read(request: HttpRequest) -> bool:
    """From an address of KECS_METRICS_FROM, or with the token of KECS_METRICS_TOKEN; where neither is set, nobody."""
    address = client_address(request)
    if address is not None and any(address in ip_network(network) for network in settings.KECS_METRICS_FROM):
        return True
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    token = settings.KECS_METRICS_TOKEN
    return bool(token) and scheme == "Bearer" and hmac.compare_digest(given.encode(), token.encode())


def metrics(request: HttpRequest) -> HttpResponse:
    """For the monitor only; to everybody else there is no such page."""
    if not may_read(request):
        raise Http404
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(FromDatabase(figures))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
