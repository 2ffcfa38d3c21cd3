"""What lies where in a HEIC photo (ISO/IEC 14496-12, 8.11): the kind of each item, and the bytes that are its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from kecs.corrections.content.boxes import Numbers, boxes
from kecs.corrections.content.problems import broken

_IN_FILE, _IN_META = 0, 1  # where an item's bytes are counted from


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """A run of bytes of the file."""

    begins: int
    ends: int


def extents_of(data: bytes, body: int, after: int) -> list[tuple[bytes, Extent]]:
    """For each item of this `meta` box its kind and its runs of bytes. Raises ContentRefused."""
    parts = {
        kind: (start, end) for kind, start, end in boxes(data, body + 4, after)
    }  # after version and flags
    if b"iinf" not in parts or b"iloc" not in parts:
        raise broken()
    kinds = _kinds(data, *parts[b"iinf"])
    found = [
        (kinds.get(item, b""), extent)
        for item, extent in _places(data, *parts[b"iloc"], inside=parts.get(b"idat", (0, 0)))
    ]
    # Runs may overlap, but all together they are no longer than the file: else reading them would take for ever.
    if sum(extent.ends - extent.begins for _kind, extent in found) > len(data):
        raise broken()
    return found


def _kinds(data: bytes, body: int, after: int) -> dict[int, bytes]:
    start = Numbers(data, body, after)
    first = body + 4 + (4 if start.next(1) else 2)
    found = {}
    for kind, at, end in boxes(data, first, after):
        entry = Numbers(data, at, end)
        version = entry.next(1)
        if kind != b"infe" or version not in {2, 3}:
            raise broken()
        entry.next(3)
        item = entry.next(2 if version == 2 else 4)
        entry.next(2)
        found[item] = entry.next(4).to_bytes(4, "big")
    return found


def _places(data: bytes, body: int, after: int, *, inside: tuple[int, int]) -> Iterator[tuple[int, Extent]]:
    table = Numbers(data, body, after)
    version = table.next(1)
    table.next(3)
    sizes = table.next(2)
    of_offset, of_length, of_base, of_index = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    if version > 2:
        raise broken()
    for _item in range(table.next(4 if version == 2 else 2)):
        item = table.next(4 if version == 2 else 2)
        method = table.next(2) & 15 if version else _IN_FILE
        of_other_file, base = table.next(2), table.next(of_base)
        for _extent in range(table.next(2)):
            table.next(of_index if version else 0)
            offset, length = base + table.next(of_offset), table.next(of_length)
            yield item, _extent_at(method, offset, length, end=len(data), inside=inside)
        if of_other_file:
            raise broken()


def _extent_at(method: int, offset: int, length: int, *, end: int, inside: tuple[int, int]) -> Extent:
    """Raises ContentRefused where it would leave the file, or has no length of its own."""
    if method == _IN_META:
        offset, end = inside[0] + offset, inside[1]
    elif method != _IN_FILE:
        raise broken()
    if not length or offset + length > end:
        raise broken()
    return Extent(begins=offset, ends=offset + length)
