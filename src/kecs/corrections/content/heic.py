"""Reads the boxes of a HEIC photo (ISO/IEC 14496-12), as iPhones take them; blanks the boxes that hold nothing."""

from kecs.corrections.content.problems import broken

_PHOTOS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_BOXES = frozenset({b"ftyp", b"meta", b"mdat", b"free", b"skip"})
_NOTHING = frozenset({b"free", b"skip"})


def begins(data: bytes) -> bool:
    """Whether it claims to be one."""
    return data[4:8] == b"ftyp" and data[8:12] in _PHOTOS


def kept(data: bytes) -> bytes:
    """The file as it is, for its parts point at each other by place. Raises ContentRefused."""
    out, at, found = bytearray(data), 0, []
    while at < len(data):
        kind, body, after = _box(data, at)
        if kind not in _BOXES:
            raise broken()
        if kind in _NOTHING:
            out[body:after] = bytes(after - body)
        found.append(kind)
        at = after
    if found[0] != b"ftyp" or found.count(b"ftyp") != 1 or found.count(b"meta") != 1 or b"mdat" not in found:
        raise broken()
    return bytes(out)


def _box(data: bytes, at: int) -> tuple[bytes, int, int]:
    """Its kind, where its content begins and where it ends."""
    size, kind, body = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
    if size == 1:
        size, body = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
    elif size == 0:
        size = len(data) - at
    after = at + size
    if after < body or after > len(data):
        raise broken()
    return kind, body, after
