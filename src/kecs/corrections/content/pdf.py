"""Looks through a PDF for what is more than paper: programs, forms that send, files inside, a password.

A name in a PDF may be written with #-escapes, and objects may stand inflated inside object streams: both are undone.
"""

import re
import zlib
from collections.abc import Iterator

from kecs.corrections.content.problems import ContentProblem, ContentRefused, broken

MOST_INFLATED = 64 * 1024 * 1024  # of all object streams of a file
_HEADER = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n ]")
_END = re.compile(rb"startxref\s+\d+\s+%%EOF\s*\Z")
_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]+)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_STARTS_AS_OBJECTS = re.compile(rb"\s*(?:%|\d+\s+\d+\s)")
_BEFORE = 8 * 1024  # where the dictionary of a stream stands
_LONGEST_ESCAPED = 64
_AT_ONCE = 64 * 1024

_ACTIVE = frozenset(
    [
        b"EmbeddedFile",
        b"EmbeddedFiles",
        b"FileAttachment",
        b"GoToE",
        b"ImportData",
        b"JavaScript",
        b"Launch",
        b"Rendition",
        b"RichMedia",
        b"SubmitForm",
        b"XFA",
    ]
)
# So short that they come about by chance in packed bytes: looked for outside of streams, and in inflated objects.
_ACTIVE_AND_SHORT = frozenset({b"JS", b"EF"})
_OBJECTS = frozenset({b"ObjStm"})
_PLAIN_FILTERS = frozenset({b"FlateDecode", b"Fl"})
_FILTERS = re.compile(rb".*(Decode|Crypt)\Z|AHx|A85|LZW|RL|CCF|DCT")


def begins(data: bytes) -> bool:
    """Whether it claims to be one."""
    return data.startswith(b"%PDF-")


def kept(data: bytes) -> bytes:
    """The file as it is. Raises ContentRefused."""
    if not _HEADER.match(data) or not _END.search(data[-2048:]):
        raise broken()
    _refuse((set(_names(data)) - _ACTIVE_AND_SHORT) | set(_names(_outside_of_streams(data))))
    for inflated in _objects_in_streams(data):
        _refuse(set(_names(inflated)))
    return data


def _refuse(names: set[bytes]) -> None:
    if b"Encrypt" in names:
        raise ContentRefused(ContentProblem.LOCKED)
    if names & (_ACTIVE | _ACTIVE_AND_SHORT):
        raise ContentRefused(ContentProblem.ACTIVE)


def _names(data: bytes) -> Iterator[bytes]:
    for found in _NAME.finditer(data):
        name = found[1]
        if len(name) <= _LONGEST_ESCAPED:
            yield _ESCAPE.sub(lambda escaped: bytes([int(escaped[1], 16)]), name)


def _outside_of_streams(data: bytes) -> bytes:
    parts, at = [], 0
    while (found := _STREAM.search(data, at)) is not None:
        parts.append(data[at : found.start()])
        end = data.find(b"endstream", found.end())
        at = end + len(b"endstream") if end >= 0 else len(data)
    return b" ".join([*parts, data[at:]])


def _objects_in_streams(data: bytes) -> Iterator[bytes]:
    """Every stream that inflates into objects, whatever its dictionary calls it. Raises ContentRefused."""
    left = MOST_INFLATED
    for found in _STREAM.finditer(data):
        if data[found.start() - 3 : found.start()] == b"end":
            continue
        _demand_plain_packing(data, found.start())
        inflated = _inflated(data, found.end(), left)
        left -= len(inflated)
        if inflated:
            yield inflated


def _demand_plain_packing(data: bytes, at: int) -> None:
    """Object streams are packed in one way by everybody; in any other they would hide what is in them."""
    before = data[max(0, at - _BEFORE) : at]
    begin = max(before.rfind(b"endobj"), before.rfind(b"endstream"), 0)
    names = list(_names(before[begin:]))
    if not (_OBJECTS & set(names) or {b"First", b"N"} <= set(names)):
        return
    filters = [name for name in names if _FILTERS.match(name) or name in _PLAIN_FILTERS]
    if len(filters) > 1 or set(filters) - _PLAIN_FILTERS or b"Predictor" in names:
        raise ContentRefused(ContentProblem.LOCKED)


def _inflated(data: bytes, at: int, most: int) -> bytes:
    """What a packed stream of objects holds; nothing for other streams."""
    if len(data) - at < 2 or int.from_bytes(data[at : at + 2], "big") % 31 or data[at] & 0x0F != 8:
        return b""
    at += 2
    try:
        head = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[at : at + 4096], 32)
    except zlib.error:
        return b""
    if not _STARTS_AS_OBJECTS.match(head):
        return b""
    # Without the sum at its end, which readers do not look at.
    inflate, inflated = zlib.decompressobj(-zlib.MAX_WBITS), bytearray()
    try:
        while not inflate.eof and at < len(data) and len(inflated) <= most:
            inflated += inflate.decompress(data[at : at + _AT_ONCE], most + 1 - len(inflated))
            at += _AT_ONCE
    except zlib.error:
        raise ContentRefused(ContentProblem.LOCKED) from None
    if len(inflated) > most:
        raise ContentRefused(ContentProblem.LOCKED)
    return bytes(inflated)
