"""A document's content as sealed pieces, each bound to its place: none can be left out, moved or put to another document."""

from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID

from kecs.corrections.models import Document, DocumentPart
from kecs.pii.fields import sealed_bytes, unsealed_bytes
from kecs.pii.seal import SealBroken

PIECE = 256 * 1024


def _place(document_id: UUID, number: int, many: int) -> str:
    return f"corrections_documentpart.content_sealed:{document_id}:{number}/{many}"


def pieces_of(document_id: UUID, data: bytes) -> Iterator[bytes]:
    """The pieces in their order, sealed."""
    starts = range(0, len(data), PIECE)
    for number, at in enumerate(starts):
        yield sealed_bytes(data[at : at + PIECE], _place(document_id, number, len(starts)))


def place_of_part(part: DocumentPart) -> str:
    """Where a piece stands among the others; for whoever seals it anew."""
    many = DocumentPart.objects.filter(document_id=part.document_id).count()
    return _place(part.document_id, part.number, many)


def content_of(document: Document) -> bytes:
    """The whole content. Raises SealBroken."""
    sealed = list(
        DocumentPart.objects.filter(document=document)
        .order_by("number")
        .values_list("content_sealed", flat=True)
    )
    data = b"".join(
        unsealed_bytes(bytes(piece), _place(document.pk, number, len(sealed)))
        for number, piece in enumerate(sealed)
    )
    if sha256(data).digest() != bytes(document.digest):
        raise SealBroken
    return data
