"""Small true documents, and what makes them untrue."""

import struct
import zlib
from collections.abc import Iterable


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 3, *, extra: bytes = b"", after: bytes = b"", lines: int = 0) -> bytes:
    """A black picture; `extra` are chunks in its middle, `lines` how many it really has."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\0" * 3 * width) * (lines or height))
    parts = [chunk(b"IHDR", header), extra, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + after


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(
    *, extra: bytes = b"", after: bytes = b"", size: tuple[int, int] = (8, 8), scan: bytes = b"\x12"
) -> bytes:
    """The frame of a grey picture; `extra` are segments before it."""
    frame = struct.pack(">BHHB", 8, *size, 1) + b"\x01\x11\x00"
    tables = segment(0xDB, b"\0" + bytes(range(1, 65))) + segment(0xC4, b"\0" + b"\1" + bytes(15) + b"\0")
    return (
        b"\xff\xd8"
        + extra
        + tables
        + segment(0xC0, frame)
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + scan
        + b"\xff\xd9"
        + after
    )


def exif(*, turn: int = 6, place: bytes = b"37.8N 84.3W") -> bytes:
    """An Exif segment that says which way is up, and where it was."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, turn, 0)
    return segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + bytes(4) + place)


def box(kind: bytes, body: bytes) -> bytes:
    """A box of a HEIC."""
    return struct.pack(">I", len(body) + 8) + kind + body


PLACE = b"Exif\0\0MM\0* 37.8N 84.3W"


def heic(*, brand: bytes = b"heic", extra: bytes = b"", picture: bytes = b"hvc1", far: int = 0) -> bytes:
    """The boxes of a photo of an iPhone: a picture, the place where it was taken (Exif) twice, and a leftover.

    `picture` is the kind of its first item, `far` moves that item's bytes.
    """
    items = [(1, picture, 0), (2, b"Exif", 0), (3, b"Exif", 1), (4, b"grid", 1)]
    infe = [box(b"infe", struct.pack(">IHH4sB", 0x02000000, number, 0, kind, 0)) for number, kind, _ in items]
    head = box(b"ftyp", brand + bytes(4) + b"mif1heic")
    tiles, turned = b"PICTURE", b"GRID"

    def meta(start: int) -> bytes:
        places = [
            (start + far, len(tiles)),
            (start + len(tiles), len(PLACE)),
            (0, len(PLACE)),
            (len(PLACE), len(turned)),
        ]
        rows = [
            struct.pack(">HHHHII", number, method, 0, 1, *place)
            for (number, _kind, method), place in zip(items, places, strict=True)
        ]
        return box(
            b"meta",
            bytes(4)
            + box(b"iinf", struct.pack(">IH", 0, len(items)) + b"".join(infe))
            + box(b"iloc", struct.pack(">IHH", 0x01000000, 0x4400, len(items)) + b"".join(rows))
            + box(b"idat", PLACE + turned),
        )

    start = len(head) + len(meta(0)) + len(extra) + 8
    return head + meta(start) + extra + box(b"mdat", tiles + PLACE + b"leftover")


def pdf(*objects: bytes, head: bytes = b"%PDF-1.7\n", end: bytes = b"startxref\n9\n%%EOF\n") -> bytes:
    """A paper of one page, and more objects."""
    own: Iterable[bytes] = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        *objects,
    )
    numbered = [b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(own, 1)]
    return head + b"".join(numbered) + b"trailer << /Root 1 0 R >>\n" + end


def stream(content: bytes, words: bytes = b"") -> bytes:
    """An object that is a stream."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), words, content)


def packed_objects(
    content: bytes, words: bytes = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
) -> bytes:
    """An object stream."""
    return stream(zlib.compress(b"9 0 " + content), words)
