"""How a document leaves us: as a download that no browser shows or runs."""

from django.http import HttpResponse

from kecs.corrections.content import KINDS
from kecs.corrections.documents.actions import OpenedDocument

_ENDINGS = {"pdf": ".pdf", "jpeg": ".jpg", "png": ".png", "heic": ".heic"}


def attachment(document: OpenedDocument) -> HttpResponse:
    """The answer of a staff page that hands a document out; its name is of our making."""
    media_type, _reader = KINDS[document.kind]
    name = f"document-{str(document.document_id)[:8]}{_ENDINGS[document.kind]}"
    return HttpResponse(
        document.content,
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
