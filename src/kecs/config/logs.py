"""Logs as one line of JSON each, by allow-list, with everything that looks personal taken out; settings call it."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from kecs.config.request_ids import request_id
from kecs.pii.redact import redacted

# A key that is not here is dropped: what may be logged is decided once, in this list.
ALLOWED_KEYS = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "exception_type",
        "request_id",
        "method",
        "route",
        "status",
        "count",
        "code",
        "seconds",
    }
)


def keep_allowed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop unknown keys and redact the text of the rest."""
    return {
        # The number of a request is of chance (config/request_ids.py): nine digits in a row are no SSN there.
        key: redacted(value) if isinstance(value, str) and key != "request_id" else value
        for key, value in event.items()
        if key in ALLOWED_KEYS
    }


def no_crowd(record: logging.LogRecord) -> bool:
    """Who is asked to come back on opening day is counted by /metrics, and no fault of the house to be told of a thousand times."""
    return not (record.exc_info and record.exc_info[0] and record.exc_info[0].__name__ == "TooManyHashes")


def name_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say which exception it was and where it rose; its message and local variables may hold personal data."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, tuple) and info[0] is not None:
        trace = info[2]
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace is not None else ""
        event["exception_type"] = f"{info[0].__name__}{where}"
    return event


def name_route(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's line about a request quotes its path or a header, which may hold a token: say route and status only."""
    record = event.get("_record")
    request = getattr(record, "request", None)
    if record is not None and (request is not None or record.name.startswith("django.security")):
        match = getattr(request, "resolver_match", None)
        event["event"] = "request failed"
        event["route"] = match.route if match else "-"
        event["method"] = getattr(request, "method", "-")
        event["status"] = getattr(record, "status_code", 400)
    return event


def name_request(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say which request the line belongs to: one number for all of its lines."""
    number = request_id()
    if number:
        event["request_id"] = number
    return event


class JsonLines(structlog.stdlib.ProcessorFormatter):
    """The formatter of every handler, for our own events and for those of libraries."""

    def __init__(self) -> None:
        shared: list[structlog.typing.Processor] = [
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ]
        super().__init__(
            foreign_pre_chain=shared,
            processors=[
                name_route,
                name_request,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                name_exception,
                keep_allowed,
                structlog.processors.JSONRenderer(),
            ],
        )


def configure(options: Mapping[str, Any]) -> None:
    """Set up logging for the process; `options["level"]` is the least level that is written."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(options["level"])
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)
    # Django's own server log and 4xx lines quote the path, which may be a token: routes are logged by us instead.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    logging.getLogger("django.request").addFilter(no_crowd)
    logging.getLogger("django.server").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
