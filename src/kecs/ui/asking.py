"""Where somebody was who asks for help: the page, and the number of the request that failed. Both are about us; nothing of a person is in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import quote, urlencode

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext as _

# The first digits of a request's number, as the log has it: few enough to read out on the telephone.
DIGITS = 8
_REFERENCE = re.compile(rf"[0-9a-f]{{{DIGITS}}}")
# What stands for a token or an id in the address of a page. They stay here.
_GAP = re.compile(r"<[^>]+>")
HERE = "help"


@dataclass(frozen=True, slots=True)
class Asking:
    """`page` is an address without what may stand in its gaps, `reference` the number; blank where there is none."""

    page: str = ""
    reference: str = ""

    @property
    def query(self) -> str:
        """For a link to the help pages, which keep it."""
        known = {"page": self.page, "reference": self.reference}
        given = {name: value for name, value in known.items() if value}
        return f"?{urlencode(given, safe='/')}" if given else ""

    @property
    def subject(self) -> str:
        """Of a mail to the help desk."""
        said = {"page": self.page, "reference": self.reference}
        if self.page and self.reference:
            return _("Help with %(page)s, number %(reference)s") % said
        return _("Help with %(page)s") % said if self.page else _("Help")

    def mail_to(self, address: str, body: str = "") -> str:
        """A link that begins a mail which says all this already; blank without an address."""
        words = {"subject": self.subject, **({"body": body} if body else {})}
        return _link(address, tuple(words.items())) if address else ""


@lru_cache(maxsize=256)
def _link(address: str, words: tuple[tuple[str, str], ...]) -> str:
    return f"mailto:{address}?{urlencode(words, quote_via=quote)}"


def asking(request: HttpRequest) -> Asking:
    """Of the page that is being answered; on the help pages, of the one from which somebody came, if there is such a page."""
    match = request.resolver_match
    if match is None:
        return Asking(reference=_failed(request))
    if match.namespace != HERE:
        return Asking(page=_page(str(match.route)), reference=_failed(request))
    page, reference = request.GET.get("page", ""), request.GET.get("reference", "")
    return Asking(
        page=page if page in pages() else "", reference=reference if _REFERENCE.fullmatch(reference) else ""
    )


def reference_of(request: HttpRequest) -> str:
    """Of this request itself."""
    return str(getattr(request, "number", ""))[:DIGITS]


def _failed(request: HttpRequest) -> str:
    return reference_of(request) if getattr(request, "has_failed", False) else ""


def _page(route: str) -> str:
    return "/" + _GAP.sub("...", route)


@cache
def pages() -> frozenset[str]:
    """Every page that there is: no stranger puts other words into our mouth by a link."""
    return frozenset(_page(route) for route in _routes(get_resolver()))


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route
