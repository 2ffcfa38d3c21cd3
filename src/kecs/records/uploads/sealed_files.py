"""A file on disk that is sealed piece by piece, written as it comes and read from any place; never in clear outside of memory.

Each piece is bound to its file, its number and whether it is the last: none can be moved, exchanged or cut off.
"""

import io
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from kecs.pii.fields import sealed_bytes, unsealed_bytes
from kecs.pii.seal import NONCE_BYTES, TAG_BYTES

PIECE = 256 * 1024
_SEALED_PIECE = 1 + NONCE_BYTES + PIECE + TAG_BYTES
UNFINISHED = ".part"


def folder() -> Path:
    """Where they lie: nobody but the installation's own user looks into it."""
    path: Path = settings.KECS_VAR_DIR / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def folder_bytes() -> int:
    """What lies there now, what is being written with it: contents and reports of rejected rows."""
    taken = 0
    for path in folder().iterdir():
        with suppress(FileNotFoundError):  # destroyed or finished meanwhile
            taken += path.stat().st_size
    return taken


def files_under(key_id: int) -> int:
    """How many files begin with a piece that this key sealed."""
    count = 0
    for path in folder().iterdir():
        with suppress(FileNotFoundError), path.open("rb") as file:
            count += file.read(1) == bytes([key_id])
    return count


def _place(owner: str, number: int, *, last: bool) -> str:
    return f"imports/{owner}:{number}:{'last' if last else 'more'}"


class SealedFile:
    """One sealed file of an upload, in the words that the import has for a path, so that it can be loaded like one."""

    def __init__(self, upload_id: UUID, what: str = "content") -> None:
        self.upload_id, self.what = upload_id, what
        self.path = folder() / f"{upload_id}.{what}"

    @property
    def name(self) -> str:
        """For the log: the name that staff gave it may say anything."""
        return f"upload {str(self.upload_id)[:8]}"

    def open(self, _mode: str = "rb") -> BinaryIO:
        """Its content as a stream. Raises OSError; reading raises SealBroken."""
        return io.BufferedReader(_Reader(self.path, f"{self.upload_id}.{self.what}"), PIECE)

    def stat(self) -> os.stat_result:
        """Of the sealed bytes. Raises OSError."""
        return self.path.stat()

    def writer(self) -> "SealedWriter":
        """To write it anew, from the beginning."""
        return SealedWriter(self.path, f"{self.upload_id}.{self.what}")

    def destroy(self) -> None:
        """The file goes, finished or not; nothing happens where it is gone."""
        self.path.unlink(missing_ok=True)
        self.path.with_name(self.path.name + UNFINISHED).unlink(missing_ok=True)


class SealedWriter(io.RawIOBase):
    """Seals what is written to it. The file appears under its name once it is finished."""

    def __init__(self, path: Path, owner: str) -> None:
        super().__init__()
        self._path, self._owner, self._number = path, owner, 0
        self._unfinished = path.with_name(path.name + UNFINISHED)
        self._waiting = bytearray()
        opened = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(opened, "wb")

    def writable(self) -> bool:
        """For the layers above."""
        return True

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]  # a part of Buffer
        """All of it."""
        self._waiting += data
        while len(self._waiting) > PIECE:  # the last piece is only known at the end
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._file.write(sealed_bytes(piece, _place(self._owner, self._number, last=last)))
        self._number += 1

    def finish(self) -> None:
        """The last piece, and the name."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._unfinished.replace(self._path)

    def drop(self) -> None:
        """Nothing of it stays."""
        self._waiting.clear()
        self._file.close()
        self._unfinished.unlink(missing_ok=True)


class _Reader(io.RawIOBase):
    def __init__(self, path: Path, owner: str) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._owner = owner
        self._size = path.stat().st_size
        self._pieces = max(1, -(-self._size // _SEALED_PIECE))
        self._at = 0
        self._opened: tuple[int, bytes] | None = None  # the piece that was read last

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length()}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def _length(self) -> int:
        return self._size - self._pieces * (_SEALED_PIECE - PIECE)

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # what a BufferedReader gives
        number, offset = divmod(self._at, PIECE)
        if number >= self._pieces:
            return 0
        found = self._piece(number)[offset : offset + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _piece(self, number: int) -> bytes:
        if self._opened is None or self._opened[0] != number:
            self._file.seek(number * _SEALED_PIECE)
            sealed = self._file.read(_SEALED_PIECE) or b""
            place = _place(self._owner, number, last=number == self._pieces - 1)
            self._opened = (number, unsealed_bytes(sealed, place))
        return self._opened[1]

    def close(self) -> None:
        self._opened = None
        self._file.close()
        super().close()
