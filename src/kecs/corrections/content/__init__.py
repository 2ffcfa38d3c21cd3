"""PURE. What a document is, told by its content: PDF, JPEG, PNG or HEIC, and nothing else besides.

`accepted` is the one way in. Photos are written anew from the parts that make the picture, so that places, cameras and
whatever else hides in a photo is left behind. Nothing here decodes a picture: what staff open, they open elsewhere.
"""

from dataclasses import dataclass, field

from kecs.corrections.content import heic, jpeg, pdf, png
from kecs.corrections.content.problems import ContentProblem, ContentRefused
from kecs.corrections.content.twofold import demand_one_kind
from kecs.corrections.kinds import MOST_BYTES

KINDS = {
    "pdf": ("application/pdf", pdf),
    "jpeg": ("image/jpeg", jpeg),
    "png": ("image/png", png),
    "heic": ("image/heic", heic),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A document that may be kept: its kind, and the bytes to keep."""

    kind: str
    data: bytes = field(repr=False)


def accepted(data: bytes) -> Content:
    """What is kept of these bytes. Raises ContentRefused."""
    if not data:
        raise ContentRefused(ContentProblem.EMPTY)
    if len(data) > MOST_BYTES:
        raise ContentRefused(ContentProblem.TOO_LARGE)
    for kind, (_media_type, reader) in KINDS.items():
        if reader.begins(data):
            kept = reader.kept(data)
            demand_one_kind(kept, is_pdf=kind == "pdf")
            return Content(kind=kind, data=kept)
    raise ContentRefused(ContentProblem.OTHER_KIND)
