"""The portal, but late where the request asks for it: the control that shows what timing.py and doors.py would notice.

gunicorn loads it.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from kecs.config.wsgi import application as portal


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The portal's answer, so many milliseconds later as the header X-Late says."""
    answer: Iterable[bytes] = portal(environ, start_response)
    if "HTTP_X_LATE" in environ:
        time.sleep(int(environ["HTTP_X_LATE"]) / 1000)
    return answer
