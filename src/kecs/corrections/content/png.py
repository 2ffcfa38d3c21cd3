"""Reads a PNG chunk by chunk, inflates it within bounds, and writes it anew from the chunks that make the picture."""

import zlib

from kecs.corrections.content.problems import ContentProblem, ContentRefused, broken

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_INFLATED = 256 * 1024 * 1024
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # colour type -> samples a pixel
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
# Adam7: where each pass begins and how far it steps, across and down.
_PASSES = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2))
_AT_ONCE = 1024 * 1024


def begins(data: bytes) -> bool:
    """Whether it claims to be one."""
    return data.startswith(SIGNATURE)


def kept(data: bytes) -> bytes:
    """The picture alone; nothing after its end. Raises ContentRefused."""
    out, at, header = [SIGNATURE], len(SIGNATURE), b""
    pixels: list[bytes] = []
    while True:
        kind, body, after = _chunk(data, at)
        if (kind == b"IHDR") == bool(header):
            raise broken()  # the header comes first, and once
        header = header or body
        if kind == b"IDAT":
            pixels.append(body)
        if kind in _KEPT:
            out.append(data[at:after])
        elif not kind[0] & 0x20:
            raise broken()  # a chunk without which the picture cannot be read, and nobody knows it
        at = after
        if kind == b"IEND":
            _demand_pixels(header, pixels)
            return b"".join(out)


def _chunk(data: bytes, at: int) -> tuple[bytes, bytes, int]:
    length = int.from_bytes(data[at : at + 4], "big")
    kind, after = data[at + 4 : at + 8], at + 12 + length
    if len(kind) < 4 or not kind.isalpha() or after > len(data):
        raise broken()
    body = data[at + 8 : at + 8 + length]
    if zlib.crc32(kind + body) != int.from_bytes(data[after - 4 : after], "big"):
        raise broken()
    return kind, body, after


def _demand_pixels(header: bytes, chunks: list[bytes]) -> None:
    expected = _inflated_size(header)
    if expected > MOST_INFLATED:
        raise ContentRefused(ContentProblem.TOO_MANY_PIXELS)
    inflate, size = zlib.decompressobj(), 0
    try:
        for chunk in chunks:
            rest = chunk
            while rest and size <= expected:
                size += len(inflate.decompress(rest, _AT_ONCE))
                rest = inflate.unconsumed_tail
        while not inflate.eof and size <= expected and (more := inflate.decompress(b"", _AT_ONCE)):
            size += len(more)
    except zlib.error:
        raise broken() from None
    if size != expected or not inflate.eof or inflate.unused_data:
        raise broken()


def _inflated_size(header: bytes) -> int:
    """The bytes that the picture's lines have, each with one for its filter."""
    if len(header) != 13:
        raise broken()
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    depth, colour, compression, filtering, interlace = header[8:]
    known = depth in _DEPTHS.get(colour, ()) and compression == filtering == 0 and interlace in {0, 1}
    if not (known and 0 < width < 2**31 and 0 < height < 2**31):
        raise broken()
    bits = depth * _SAMPLES[colour]
    size = 0
    for left, across, top, down in _PASSES if interlace else ((0, 1, 0, 1),):
        wide, high = -(-(width - left) // across), -(-(height - top) // down)
        if wide > 0 and high > 0:
            size += high * (1 + (wide * bits + 7) // 8)
    return size
