"""The boxes of ISO/IEC 14496-12: each says its length and its kind, and may hold others."""

from collections.abc import Iterator

from kecs.corrections.content.problems import broken


def box(data: bytes, at: int, end: int) -> tuple[bytes, int, int]:
    """Its kind, where its content begins and where it ends. Raises ContentRefused."""
    size, kind, body = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
    if size == 1:
        size, body = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
    elif size == 0:
        size = end - at
    after = at + size
    if after < body or after > end:
        raise broken()
    return kind, body, after


def boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """One after the other, until all is read. Raises ContentRefused."""
    while at < end:
        kind, body, after = box(data, at, end)
        yield kind, body, after
        at = after


class Numbers:
    """Reads whole numbers one after the other. Raises ContentRefused past the end."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data, self._at, self._end = data, at, end

    def next(self, size: int) -> int:
        """Of so many bytes; 0 of none."""
        after = self._at + size
        if after > self._end:
            raise broken()
        number = int.from_bytes(self._data[self._at : after], "big")
        self._at = after
        return number
