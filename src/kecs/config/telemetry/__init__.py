"""Traces and metrics for an OpenTelemetry collector, where OTEL_EXPORTER_OTLP_ENDPOINT names one; nothing of a person is in them.

`middleware.py` measures requests and their queries, `export.py` lets out what is on its lists. docs/adr/0035-seeing.md
"""
