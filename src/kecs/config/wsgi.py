"""The web server's way in. An unsafe installation does not start: the checks run first."""

import os
from io import StringIO
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connections
from django.http import HttpResponseBase
from django.utils.http import parse_header_parameters

from kecs.matching.evidence import prepare

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kecs.config.settings")


def readable(content_type: str) -> str:
    """The Content-Type of a request, or nothing where it names another charset than UTF-8, which no page of ours does.

    Python takes "hex" and "bz2" for charsets too: the framework would fail on them before any page could answer.
    """
    try:
        _kind, parameters = parse_header_parameters(content_type)
    except (LookupError, ValueError):
        return ""
    return content_type if parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"} else ""


class Application(WSGIHandler):
    """Django's, for requests that can be read."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> HttpResponseBase:
        environ["CONTENT_TYPE"] = readable(environ.get("CONTENT_TYPE", ""))
        return super().__call__(environ, start_response)


def bound_statements() -> None:
    """Before the first connection: no statement of a page, and no wait for a lock, holds a thread for longer than this."""
    bounds = {
        "statement_timeout": settings.KECS_STATEMENT_MS,
        "lock_timeout": settings.KECS_LOCK_MS,
        "idle_in_transaction_session_timeout": 60_000,
    }
    words = [f"-c {name}={milliseconds}" for name, milliseconds in bounds.items()]
    for database in connections.settings.values():
        if database["ENGINE"] != "django.db.backends.sqlite3":
            options = database.setdefault("OPTIONS", {})
            options["options"] = " ".join([options.get("options", ""), *words]).strip()


def keep_backup_key_away() -> None:
    """Who takes over a web process must not open the backups with it. Raises ImproperlyConfigured."""
    if settings.KECS_MODE == "production" and os.access(settings.KECS_BACKUP_KEY, os.R_OK):
        raise ImproperlyConfigured(
            f"This web process can read the backup key at {settings.KECS_BACKUP_KEY}. Make it root's and mode 600, where "
            "only the backup's unit is told of it: docs/runbooks/deploy.md, 4."
        )


django.setup(set_prefix=False)
bound_statements()
application = Application()
call_command("check", stdout=StringIO())  # raises; says nothing when all is well
keep_backup_key_away()
prepare()
