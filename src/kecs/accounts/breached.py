"""PURE. The operator's offline list of breached passwords: a file of `SHA1HEX:count` lines, sorted, of any size.

Looked up by halving: some thirty seeks in the file of a billion, nothing kept in memory. validators.py asks, `kecs breached
check` and the checks at start inspect.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from typing import BinaryIO

from kecs.accounts.passwords import normalised

HEX_DIGITS = 40
SAMPLES = 64
_HEX = frozenset(b"0123456789ABCDEF")


class BreachedListBroken(Exception):
    """The file is not what it must be; says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What was found in a whole file."""

    lines: int
    bytes: int


def _key(line: bytes) -> bytes:
    return line[:HEX_DIGITS].upper()


def _line_from(file: BinaryIO, place: int) -> bytes:
    """The first line that begins at this place or after it; empty at the end."""
    if place:
        file.seek(place - 1)
        file.readline()
    else:
        file.seek(0)
    return file.readline()


def is_breached(password: str, path: Path) -> bool:
    """Whether the list holds this password. Raises OSError where the file cannot be read."""
    # SHA-1 is what such lists are made of; it protects nothing here.
    wanted = sha1(normalised(password).encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, os.fstat(file.fileno()).st_size
        while low < high:
            middle = (low + high) // 2
            line = _line_from(file, middle)
            if not line or _key(line) >= wanted:
                high = middle
            else:
                low = middle + 1
        return _key(_line_from(file, low)) == wanted


def _refuse(number: int | str, what: str) -> BreachedListBroken:
    return BreachedListBroken(
        f"line {number} {what}. The list needs lines of SHA1HEX:count, ordered by hash: "
        "get the download that is ordered by hash, or sort the file (LC_ALL=C sort)."
    )


def _checked(line: bytes, number: int | str) -> bytes:
    key = _key(line)
    if (
        len(key) != HEX_DIGITS
        or not _HEX.issuperset(key)
        or line[HEX_DIGITS : HEX_DIGITS + 1] not in b":\r\n"
    ):
        raise _refuse(number, "is not SHA1HEX:count")
    return key


def inspect(path: Path) -> Inspected:
    """Reads it all. Raises BreachedListBroken at the first line that is out of order or is none, OSError if unreadable."""
    before, number = b"", 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            key = _checked(line, number)
            if key <= before:
                raise _refuse(number, "is out of order" if key < before else "stands twice")
            before = key
    if not number:
        raise BreachedListBroken("the file is empty.")
    return Inspected(lines=number, bytes=path.stat().st_size)


def glance(path: Path) -> None:
    """Looks at a few dozen lines from all over, at start. Raises as inspect does."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise BreachedListBroken("the file is empty.")
        before = b""
        for place in _places(size):
            line = _line_from(file, place)
            if not line:
                break
            key = _checked(line, f"at byte {place}")
            if key < before:
                raise _refuse(f"at byte {place}", "is out of order")
            before = key


def _places(size: int) -> Iterator[int]:
    return (size * sample // SAMPLES for sample in range(SAMPLES))
