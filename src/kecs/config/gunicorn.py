"""How gunicorn serves the portal: `gunicorn -c python:kecs.config.gunicorn kecs.config.wsgi:application`.

Each of these may be given on the command line too, which wins. What stands in front (nginx) reads whole requests before
it hands them on; a slow client holds a connection there, and no thread here: docs/runbooks/production.md.
"""

import gc
import logging
import os
import time
from pathlib import Path
from typing import Any

from kecs.config.environment import Environment, var_dir

_env = Environment(var_dir() / "kecs.env")

bind = _env.text("KECS_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = max(1, _env.number("KECS_WEB_PROCESSES", os.cpu_count() or 1))
threads = _env.number("KECS_WEB_THREADS", 8)
# No page of ours has longer headers or more of them.
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
# Connections that the proxy keeps open; more than these wait in the queue of the kernel, which is not long either.
worker_connections = 1000
backlog = 512
keepalive = 5
# A worker that answers nothing for so long is replaced; one that is told to stop ends what it is answering.
timeout = 60
graceful_timeout = 30
# What leaks leaks for an hour or so, and not all workers begin anew at one moment.
max_requests = 20_000
max_requests_jitter = 5_000
control_socket_disable = True
loglevel = "warning"
# Its access log would quote paths, and a path may hold a token: config/logs.py has our own line for each request.
accesslog = None


def _metrics_dir() -> Path:
    named = _env.text("KECS_METRICS_DIR", str(var_dir() / "metrics"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = named
    return Path(named)


def on_starting(_server: Any) -> None:
    """Counts begin anew with the server: files of processes that are long gone would be added up for ever."""
    folder = _metrics_dir()
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)


def _wait_for_tables(worker: Any) -> None:
    """A process that began, or was replaced, after the checkout of a new version and before its `kecs migrate` takes no request yet."""
    from django.db import InterfaceError, OperationalError, connection  # noqa: PLC0415 - settings are there once the application is

    from kecs.audit.tables import PAUSE_WITHOUT_TABLES, WAITS, tables_are_ready  # noqa: PLC0415

    told = False
    try:
        while worker.alive and not tables_are_ready():
            if not told:
                logging.getLogger("gunicorn.error").warning("%s", WAITS)
            told = True
            worker.notify()  # it lives: gunicorn need not replace it
            time.sleep(PAUSE_WITHOUT_TABLES)
    except (OperationalError, InterfaceError):
        return  # the database is away: pages say so, and keep the form
    finally:
        connection.close()


def post_worker_init(worker: Any) -> None:
    """What a process does before its first request."""
    _wait_for_tables(worker)
    _collect_less_often()


def _collect_less_often() -> None:
    """What was loaded so far stays as long as the process: the collector of garbage leaves it alone, and comes less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def child_exit(_server: Any, worker: Any) -> None:
    """A process that ended no longer counts among those that live."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - reads what _metrics_dir set

    _metrics_dir()
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
