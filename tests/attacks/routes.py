"""The table of addresses as it is now, so that a page which comes in tomorrow is attacked without a change here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PART = re.compile(r"<(?:(\w+):)?(\w+)>")
MADE_UP = {"int": "1", "str": "x", "slug": "x", "uuid": "00000000-0000-4000-8000-000000000000", "path": "x"}
# Sent last, or the thief would lose his session half-way.
ENDS_THE_SESSION = ("sign-out", "language/setlang/")


@dataclass(frozen=True, kw_only=True)
class Route:
    """One line of the table."""

    pattern: str
    view: Any

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Kind and name of what varies in it."""
        return [(kind or "str", name) for kind, name in PART.findall(self.pattern)]

    def address(self, *values: str) -> str:
        """With these values, or made-up ones where there are too few."""
        given = iter(values)
        return "/" + PART.sub(lambda found: next(given, MADE_UP.get(found[1] or "str", "x")), self.pattern)


def routes() -> list[Route]:
    """Every route."""
    return list(_below(get_resolver(), ""))


def _below(resolver: URLResolver, before: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _below(entry, pattern)
        elif isinstance(entry, URLPattern):
            yield Route(pattern=pattern, view=getattr(entry.callback, "view_class", entry.callback))
