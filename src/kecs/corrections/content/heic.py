"""Reads the boxes of a HEIC photo (ISO/IEC 14496-12 and 23008-12), as iPhones take them; keeps the bytes that make the picture."""

from kecs.corrections.content.boxes import boxes
from kecs.corrections.content.items import Extent, extents_of
from kecs.corrections.content.problems import broken

_PHOTOS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_BOXES = frozenset({b"ftyp", b"meta", b"mdat", b"free", b"skip"})
# Coded pictures, and how they are put together; not Exif, XMP (mime), addresses (uri) or what is unknown.
_PICTURES = frozenset({b"hvc1", b"grid", b"iovl", b"iden", b"tmap"})


def begins(data: bytes) -> bool:
    """Whether it claims to be one."""
    return data[4:8] == b"ftyp" and data[8:12] in _PHOTOS


def kept(data: bytes) -> bytes:
    """The file, as long as it was, for its parts point at each other by place; zeros where no picture is. Raises ContentRefused."""
    out, found, meta = bytearray(data), [], (0, 0)
    for kind, body, after in boxes(data, 0, len(data)):
        if kind not in _BOXES:
            raise broken()
        if kind == b"meta":
            meta = (body, after)
        elif kind != b"ftyp":
            out[body:after] = bytes(after - body)
        found.append(kind)
    if found[0] != b"ftyp" or found.count(b"ftyp") != 1 or found.count(b"meta") != 1 or b"mdat" not in found:
        raise broken()
    extents = extents_of(data, *meta)
    pictures = [extent for kind, extent in extents if kind in _PICTURES]
    others = [extent for kind, extent in extents if kind not in _PICTURES]
    if not pictures:
        raise broken()
    _blank(out, [each for each in others if meta[0] <= each.begins < meta[1]])
    for each in pictures:
        out[each.begins : each.ends] = data[each.begins : each.ends]
    return bytes(out)


def _blank(out: bytearray, extents: list[Extent]) -> None:
    """What lies among the boxes themselves: in `mdat` it is blank already."""
    for each in extents:
        out[each.begins : each.ends] = bytes(each.ends - each.begins)
