"""The portal, but late where the request asks for it: the control that shows what timing.py would notice. gunicorn loads it."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from kecs.config.wsgi import application as portal

LATE_SECONDS = 0.002


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The portal's answer, two milliseconds later for requests with the header X-Late."""
    answer: Iterable[bytes] = portal(environ, start_response)
    if "HTTP_X_LATE" in environ:
        time.sleep(LATE_SECONDS)
    return answer
