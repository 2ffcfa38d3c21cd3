"""A span for each request and each of its queries, with their durations as metrics. Not there at all where no collector is named.

A stranger's `traceparent` is not taken: it would be his words on our spans. The number of the request joins a trace and the log.
"""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse

from kecs.config.request_ids import ATTRIBUTE, request_id

if TYPE_CHECKING:
    from kecs.config.telemetry.export import Instruments

_OPERATIONS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "SAVEPOINT", "RELEASE", "ROLLBACK"})


def _collector() -> "Instruments":
    """A worker of gunicorn makes its own, after it was forked: threads that send do not live through a fork."""
    if not settings.KECS_OTLP_ENDPOINT:
        raise MiddlewareNotUsed
    from kecs.config.telemetry.export import to_collector  # noqa: PLC0415 - of the extra telemetry

    return to_collector(settings.KECS_OTLP_ENDPOINT)


class Traced:
    """Around the work on a request, inside of its number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.to = _collector()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - of the extra telemetry

        began = monotonic()
        with self.to.tracer.start_as_current_span(
            "request", kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            with connection.execute_wrapper(self._query):
                response = self.get_response(request)
            # A path that leads nowhere, and a method of somebody's invention, get one name each.
            route = str(request.resolver_match.route) if request.resolver_match else "-"
            method = request.method if request.method in {"GET", "HEAD", "POST"} else "_OTHER"
            said: dict[str, str | int] = {
                "http.request.method": str(method),
                "http.route": route,
                "http.response.status_code": response.status_code,
            }
            span.update_name(f"{method} {route}")
            span.set_attributes({**said, ATTRIBUTE: request_id()})
            self.to.requests.record(monotonic() - began, said)
        return response

    def process_exception(self, _request: HttpRequest, error: Exception) -> None:
        """Which kind it was, and never what it says."""
        from opentelemetry.trace import StatusCode, get_current_span  # noqa: PLC0415 - of the extra telemetry

        span = get_current_span()
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(StatusCode.ERROR)

    def _query(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """By its first word: a statement names columns, and its parameters are people's facts."""
        from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415 - of the extra telemetry

        word = sql.lstrip("( \n").partition(" ")[0].upper()
        said = {
            "db.system.name": "postgresql" if connection.vendor == "postgresql" else "sqlite",
            "db.operation.name": word if word in _OPERATIONS else "other",
        }
        began = monotonic()
        with self.to.tracer.start_as_current_span(
            f"db {said['db.operation.name']}",
            kind=SpanKind.CLIENT,
            attributes=said,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                return execute(sql, params, many, context)
            except Error as error:
                said["error.type"] = type(error).__name__
                span.set_attribute("error.type", said["error.type"])
                span.set_status(StatusCode.ERROR)
                raise
            finally:
                self.to.queries.record(monotonic() - began, said)
