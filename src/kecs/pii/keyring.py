"""The keys that seal and index personal data: a file apart from the database, read once at start."""

import json
import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
MAX_KEY_ID = 255  # one byte in front of each ciphertext and digest


class KeyringError(Exception):
    """The key file is missing, readable by others, or not a key file. The message is for the operator."""


def derived_from(root: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose (HKDF-SHA-256 of the root), so that no key serves two ends."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"kecs/" + purpose.encode()).derive(
        root
    )


@dataclass(frozen=True, slots=True)
class Keyring:
    """Numbered root keys. The current one seals and indexes; older ones still open what they sealed.

    `label` is "development" or "production": production refuses a keyring that was made for development.
    """

    label: str
    current: int
    roots: Mapping[int, bytes] = field(repr=False)

    def root(self, key_id: int) -> bytes:
        """The root key of this number. Raises KeyringError."""
        root = self.roots.get(key_id)
        if root is None:
            raise KeyringError(f"Key {key_id} is not in the keyring.")
        return root

    def derived(self, key_id: int, purpose: str) -> bytes:
        """A key for one purpose from the root of this number. Raises KeyringError."""
        return derived_from(self.root(key_id), purpose)

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the key file. Raises KeyringError with a sentence that says what to mend."""
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = path.read_text(encoding="ascii")
        except FileNotFoundError:
            raise KeyringError(f"There is no keyring at {path}. Make one with: kecs make_keyring") from None
        except (OSError, UnicodeDecodeError) as error:
            raise KeyringError(f"The keyring at {path} cannot be read: {type(error).__name__}.") from None
        if mode & 0o077:
            raise KeyringError(
                f"The keyring at {path} can be read by others (mode {mode:o}). Run: chmod 600 {path}"
            )
        try:
            content = json.loads(text)
            roots = {int(key_id): b64decode(key, validate=True) for key_id, key in content["roots"].items()}
            keyring = cls(label=str(content["label"]), current=int(content["current"]), roots=roots)
        except (ValueError, KeyError, TypeError, AttributeError):
            # The parser's own message could quote key material.
            raise KeyringError(f"The keyring at {path} is not in the expected form.") from None
        if keyring.current not in roots or any(len(key) != KEY_BYTES for key in roots.values()):
            raise KeyringError(
                f"The keyring at {path} lacks its current key or holds a key of the wrong length."
            )
        return keyring

    @classmethod
    def create(cls, path: Path, *, label: str) -> "Keyring":
        """Make a keyring with one fresh key, in a file with mode 0600. Raises FileExistsError rather than overwrite."""
        keyring = cls(label=label, current=1, roots={1: secrets.token_bytes(KEY_BYTES)})
        content = {
            "label": label,
            "current": keyring.current,
            "roots": {str(key_id): b64encode(key).decode() for key_id, key in keyring.roots.items()},
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        return keyring
