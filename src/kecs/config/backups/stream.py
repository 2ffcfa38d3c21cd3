"""A stream of any length, sealed in pieces of which none can be changed, moved, repeated, left out or cut off. Pure.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as the file format age has it: each piece is sealed
with AES-256-GCM under a key of this file alone, and its nonce is the number of the piece and whether it is the last. The key of
the file is HKDF-SHA-256 of the backup key and a random salt that stands in front. The beginning of the file (what it is, and the
salt) is associated data of every piece.
"""

import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"kecs backup 1\n"
PIECE = 1024 * 1024
_TAG = 16
_SALT = 32
_KEY = 32


class BackupBroken(Exception):
    """The file is not what was written, or another key wrote it. The message is for the operator."""


def new_key(path: Path) -> None:
    """Make the file of a backup key, mode 0600. Raises FileExistsError rather than overwrite."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(b64encode(secrets.token_bytes(_KEY)) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def key_in(path: Path) -> bytes:
    """The key. Raises BackupBroken with a sentence that says what to mend."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        key = b64decode(path.read_bytes().strip(), validate=True)
    except FileNotFoundError:
        raise BackupBroken(f"There is no backup key at {path}. Make one with: kecs backup key") from None
    except (OSError, ValueError) as error:
        raise BackupBroken(f"The backup key at {path} cannot be read: {type(error).__name__}.") from None
    if mode & 0o077:
        raise BackupBroken(
            f"The backup key at {path} can be read by others (mode {mode:o}). Run: chmod 600 {path}"
        )
    if len(key) != _KEY:
        raise BackupBroken(f"The backup key at {path} has the wrong length.")
    return key


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"kecs/backup").derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Sealing:
    """Seals what is written to it into a file that is open for writing."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        salt = secrets.token_bytes(_SALT)
        self._file, self._cipher, self._beginning = file, _cipher(key, salt), MAGIC + salt
        self._waiting, self._number = bytearray(), 0
        file.write(self._beginning)

    def write(self, data: bytes) -> None:
        """All of it."""
        self._waiting += data
        while len(self._waiting) > PIECE:  # which piece is the last is only known at the end
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """The last piece; nothing may be written after it."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._number, last=last)
        self._file.write(self._cipher.encrypt(nonce, piece, self._beginning))
        self._number += 1


def opened(file: BinaryIO, key: bytes) -> Iterator[bytes]:
    """The pieces in clear, each as it was written. Raises BackupBroken, at the latest where the file ends too early."""
    beginning = file.read(len(MAGIC) + _SALT)
    if not beginning.startswith(MAGIC) or len(beginning) < len(MAGIC) + _SALT:
        raise BackupBroken("This is no backup of KECS, or its beginning is gone.")
    cipher = _cipher(key, beginning[len(MAGIC) :])
    number, sealed = 0, file.read(PIECE + _TAG)
    while True:
        following = file.read(PIECE + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), sealed, beginning)
        except InvalidTag:
            raise BackupBroken(
                f"The backup is not as it was written, from byte {len(beginning) + number * (PIECE + _TAG):,} on, "
                "or another backup key wrote it. Nothing of it was used."
            ) from None
        if not following:
            return
        number, sealed = number + 1, following
