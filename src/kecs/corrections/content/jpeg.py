"""Reads a JPEG marker by marker (ITU-T T.81, annex B) and writes it anew without what is no picture."""

from kecs.corrections.content.problems import ContentProblem, ContentRefused, broken

MOST_PIXELS = 200_000_000
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive: what cameras and scanners write
_TABLES = frozenset({0xC4, 0xDB, 0xDD})
_START_OF_SCAN, _END = 0xDA, 0xD9
_ADOBE = b"Adobe"
_ORIENTATION = 0x0112


def begins(data: bytes) -> bool:
    """Whether it claims to be one."""
    return data.startswith(b"\xff\xd8\xff")


def kept(data: bytes) -> bytes:
    """The picture and how it is turned; no place, no camera, no thumbnail, nothing after its end. Raises ContentRefused."""
    out, at, framed, scanned = [b"\xff\xd8"], 2, False, False
    while True:
        marker, at = _marker(data, at)
        if marker == _END:
            if not (framed and scanned):
                raise broken()
            return b"".join([*out, b"\xff\xd9"])
        body, after = _segment(data, at)
        if marker in _FRAMES:
            _demand_frame(body, first=not framed)
            framed = True
        if marker in _FRAMES | _TABLES or (marker == 0xEE and body.startswith(_ADOBE) and len(body) == 12):
            out += [bytes([0xFF, marker]), data[at:after]]
        elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
            out.append(_turned(body[6:]))
        elif marker == _START_OF_SCAN:
            if not framed:
                raise broken()
            scanned, start, after = True, at, _end_of_scan(data, after)
            out += [b"\xff\xda", data[start:after]]
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            raise broken()
        at = after


def _marker(data: bytes, at: int) -> tuple[int, int]:
    if data[at : at + 1] != b"\xff":
        raise broken()
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise broken()
    return data[at], at + 1


def _segment(data: bytes, at: int) -> tuple[bytes, int]:
    length = int.from_bytes(data[at : at + 2], "big")
    if length < 2 or at + length > len(data):
        raise broken()
    return data[at + 2 : at + length], at + length


def _demand_frame(body: bytes, *, first: bool) -> None:
    if not first or len(body) < 6 or len(body) != 6 + 3 * body[5] or body[0] not in {8, 12}:
        raise broken()
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if not height or not width:
        raise broken()
    if height * width > MOST_PIXELS:
        raise ContentRefused(ContentProblem.TOO_MANY_PIXELS)


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the next marker stands that is part of no scan: stuffed zeros and restarts are."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise broken()
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at


def _turned(tiff: bytes) -> bytes:
    """An Exif segment of our own that says which way is up, or nothing."""
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(tiff[:4])
    if order is None:
        return b""

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if order == "little" else "big")

    first = number(4, 4)
    for entry in range(first + 2, first + 2 + 12 * number(first, 2), 12):
        if number(entry, 2) == _ORIENTATION and 1 <= number(entry + 8, 2) <= 8:
            turn = number(entry + 8, 2).to_bytes(2, "big")
            body = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + turn + b"\0\0\0\0\0\0"
            return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    return b""
