"""Refuses a file that is two at once: a photo that is a web page, a PDF that is an archive."""

from kecs.corrections.content.problems import ContentProblem, ContentRefused

# Where programs that guess look: browsers at the first 512 bytes, PDF readers at the first 1024.
_HEAD = 1024
_PAGES = (
    b"<!doctype",
    b"<html",
    b"<head",
    b"<body",
    b"<script",
    b"<svg",
    b"<iframe",
    b"<?xml",
    b"<?php",
    b"<%",
)
_END_OF_ARCHIVE = b"PK\x05\x06"
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_SHORTEST_END = 22
_LONGEST_END = _SHORTEST_END + 65_535


def demand_one_kind(data: bytes, *, is_pdf: bool) -> None:
    """Raises ContentRefused."""
    head = data[:_HEAD].lower()
    pages = any(word in (head[:512] if is_pdf else head) for word in _PAGES)
    pdf_inside = not is_pdf and b"%pdf-" in head
    if pages or pdf_inside or _ends_as_archive(data) or any(word in data[:_HEAD] for word in _ARCHIVES):
        raise ContentRefused(ContentProblem.TWOFOLD)


def _ends_as_archive(data: bytes) -> bool:
    """A zip (and so a jar, or an office file) is found from its end: a record whose comment reaches about the last byte."""
    tail = data[-_LONGEST_END:]
    at = tail.rfind(_END_OF_ARCHIVE)
    while at >= 0:
        left = len(tail) - at - _SHORTEST_END
        if left >= 0:
            comment = int.from_bytes(tail[at + 20 : at + 22], "little")
            if comment <= left and left - comment < _HEAD:
                return True
        at = tail.rfind(_END_OF_ARCHIVE, 0, at)
    return False
