"""Weighs a page as a first visit does: itself and every file of ours that it names, compressed."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

BUDGET = 100 * 1024
COMPRESSED_ALREADY = {".woff2", ".png", ".jpg"}


def weight_of_file(name: str) -> int:
    """Bytes on the wire of a static file; the fonts and pictures that a style sheet names are not in it."""
    found = finders.find(name)
    assert isinstance(found, str), f"{name} is not there: run make setup"
    content = Path(found).read_bytes()
    return len(content) if Path(name).suffix in COMPRESSED_ALREADY else len(gzip.compress(content, 9))


def page_weight(source: str, *, also: Iterable[str] = ()) -> dict[str, int]:
    """Bytes of the page and of each file that it links; `also`: what a script of it fetches later."""
    linked = re.findall(rf'(?:href|src)="{re.escape(settings.STATIC_URL)}([^"]+)"', source)
    # without the hash that the served name carries
    names = {re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", name) for name in linked} | set(also)
    return {
        "page": len(gzip.compress(source.encode())),
        **{name: weight_of_file(name) for name in sorted(names)},
    }
