"""What leaves for the collector, by allow-list: names of attributes, and which spans may keep their name. Needs the extra telemetry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Histogram
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status, Tracer
from opentelemetry.util.types import AttributeValue

from kecs.config.request_ids import ATTRIBUTE
from kecs.pii.redact import redacted

SCOPE = "kecs"
# As the semantic conventions name them. No path, no query, no address, no statement and no message of an exception is here.
ALLOWED_ATTRIBUTES = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "db.system.name",
        "db.operation.name",
        "error.type",
        ATTRIBUTE,
    }
)
# A number of each request would make a row of each request.
ALLOWED_LABELS = ALLOWED_ATTRIBUTES - {ATTRIBUTE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """What the middleware measures with."""

    tracer: Tracer
    requests: Histogram
    queries: Histogram


def instruments(processor: SpanProcessor, reader: MetricReader) -> Instruments:
    """Spans end in `processor`, whose exporter is a Redacting one; numbers are read by `reader`."""
    resource = Resource.create({"service.name": SCOPE})
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(processor)
    numbers = MeterProvider(
        resource=resource,
        metric_readers=[reader],
        views=[View(instrument_name="*", attribute_keys=set(ALLOWED_LABELS))],
    )
    meter = numbers.get_meter(SCOPE)
    return Instruments(
        tracer=traces.get_tracer(SCOPE),
        requests=meter.create_histogram("http.server.request.duration", unit="s"),
        queries=meter.create_histogram("db.client.operation.duration", unit="s"),
    )


def to_collector(endpoint: str) -> Instruments:
    """Send to this collector (OTLP over HTTP) from threads of this process; OTEL_EXPORTER_OTLP_HEADERS and the like are respected."""
    base = endpoint.rstrip("/")
    return instruments(
        BatchSpanProcessor(Redacting(OTLPSpanExporter(endpoint=f"{base}/v1/traces"))),
        PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics")),
    )


def allowed(attributes: Mapping[str, AttributeValue] | None) -> dict[str, AttributeValue]:
    """Those on the list; of a text whatever looks personal is taken out, but of the number of a request, which is of chance."""
    return {
        name: redacted(value) if isinstance(value, str) and name != ATTRIBUTE else value
        for name, value in (attributes or {}).items()
        if name in ALLOWED_ATTRIBUTES
    }


class Redacting(SpanExporter):
    """Stands before the exporter: whatever a span was given, by us or by a library, goes through the lists here.

    Events and links go, for an exception's message and trace are events; so does what a status says beside its code.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand on what may leave."""
        return self.exporter.export([_redacted(span) for span in spans])

    def shutdown(self) -> None:
        """With the process."""
        self.exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """What waits."""
        return self.exporter.force_flush(timeout_millis)


def _redacted(span: ReadableSpan) -> ReadableSpan:
    scope = span.instrumentation_scope
    ours = scope is not None and scope.name == SCOPE
    return ReadableSpan(
        # Ours are routes and words of SQL; a library may name a span for an address.
        name=span.name if ours else "span",
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=allowed(span.attributes),
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=scope,
    )
