"""The keys that seal and index personal data: a file apart from the database, read once at start.

Where an HSM or a key service wraps them, the file opens with its help only, and a copy of the file is worth nothing by itself.
"""

import fcntl
import json
import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kecs.pii.wrapping import Wrapping, WrappingFailed

KEY_BYTES = 32
MAX_KEY_ID = 255  # one byte in front of each ciphertext and digest
# The audit log and the counts of tries cannot be made anew, so they stand on the first root for good; where that is retired,
# what they need of it is kept, and the root itself goes.
STANDING = 1
_LATER = "standing/later"  # for a purpose that came after the first root was retired


class KeyringError(Exception):
    """The key file is missing, readable by others, or not a key file. The message is for the operator."""


@lru_cache(maxsize=512)
def derived_from(root: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose (HKDF-SHA-256 of the root), so that no key serves two ends. Remembered: nearly every digest asks."""
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
    # Keys for one purpose each, derived from the first root before it was retired.
    kept: Mapping[str, bytes] = field(repr=False, default_factory=dict)

    def root(self, key_id: int) -> bytes:
        """The root key of this number. Raises KeyringError."""
        root = self.roots.get(key_id)
        if root is None:
            raise KeyringError(f"Key {key_id} is not in the keyring.")
        return root

    def derived(self, key_id: int, purpose: str) -> bytes:
        """A key for one purpose from the root of this number. Raises KeyringError."""
        return derived_from(self.root(key_id), purpose)

    def standing(self, purpose: str) -> bytes:
        """A key that stays the same while roots come and go. Raises KeyringError."""
        if STANDING in self.roots:
            return self.derived(STANDING, purpose)
        if purpose in self.kept:
            return self.kept[purpose]
        if _LATER not in self.kept:
            raise KeyringError(f"The keyring has neither key {STANDING} nor what was kept of it.")
        return derived_from(self.kept[_LATER], purpose)

    def with_new_root(self) -> "Keyring":
        """One root more, which opens and finds but does not seal yet. Raises KeyringError when all numbers are used."""
        newest = max(self.roots)
        if newest >= MAX_KEY_ID:
            raise KeyringError(f"The keyring has used all {MAX_KEY_ID} numbers.")
        return replace(self, roots={**self.roots, newest + 1: secrets.token_bytes(KEY_BYTES)})

    def with_current(self, key_id: int) -> "Keyring":
        """This root seals from now on. Raises KeyringError."""
        self.root(key_id)
        return replace(self, current=key_id)

    def without(self, key_id: int, *, keeping: Iterable[str]) -> "Keyring":
        """This root is gone; of the first, the keys for these purposes stay. Raises KeyringError for the current one."""
        self.root(key_id)
        if key_id == self.current:
            raise KeyringError(f"Key {key_id} is the current one.")
        kept = dict(self.kept)
        if key_id == STANDING:
            kept = {purpose: self.derived(key_id, purpose) for purpose in (*keeping, _LATER)}
        return replace(self, roots={one: key for one, key in self.roots.items() if one != key_id}, kept=kept)

    @classmethod
    def load(cls, path: Path, wrapping: Wrapping | None = None) -> "Keyring":
        """Read the key file, wrapped by this. Raises KeyringError with a sentence that says what to mend."""
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = path.read_text(encoding="ascii")
        except FileNotFoundError:
            raise KeyringError(f"There is no keyring at {path}. Make one with: kecs keys create") from None
        except (OSError, UnicodeDecodeError) as error:
            raise KeyringError(f"The keyring at {path} cannot be read: {type(error).__name__}.") from None
        if mode & 0o077:
            raise KeyringError(
                f"The keyring at {path} can be read by others (mode {mode:o}). Run: chmod 600 {path}"
            )
        try:
            content = json.loads(text)
            wrapped_by = content.get("wrapped_by")
            roots = {int(key_id): b64decode(key, validate=True) for key_id, key in content["roots"].items()}
            kept = {str(what): b64decode(key, validate=True) for what, key in content.get("kept", {}).items()}
            keyring = cls(
                label=str(content["label"]), current=int(content["current"]), roots=roots, kept=kept
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            # The parser's own message could quote key material.
            raise KeyringError(f"The keyring at {path} is not in the expected form.") from None
        if wrapping is None and wrapped_by is not None:
            raise KeyringError(f"The keyring at {path} is wrapped by {wrapped_by}. Set KECS_KEYRING_WRAP.")
        if wrapping is not None and wrapped_by is None:
            raise KeyringError(
                f"KECS_KEYRING_WRAP is set, and the keyring at {path} is not wrapped. Run: kecs keys wrap"
            )
        if wrapping is not None:
            keyring = keyring._each(wrapping.unwrap, f"The keyring at {path} does not open.")
        keys = [*keyring.roots.values(), *keyring.kept.values()]
        if keyring.current not in roots or any(len(key) != KEY_BYTES for key in keys):
            raise KeyringError(
                f"The keyring at {path} lacks its current key or holds a key of the wrong length."
            )
        return keyring

    @classmethod
    def create(
        cls, path: Path, *, label: str, first: int = STANDING, wrapping: Wrapping | None = None
    ) -> "Keyring":
        """Make a keyring with one fresh key, in a file with mode 0600. Raises FileExistsError rather than overwrite, and KeyringError.

        `first` is its number, behind those of keys that are lost: a value tells by its number which key it needs.
        """
        if not STANDING <= first <= MAX_KEY_ID:
            raise KeyringError(f"A key has a number from {STANDING} to {MAX_KEY_ID}.")
        kept = {} if first == STANDING else {_LATER: secrets.token_bytes(KEY_BYTES)}
        keyring = cls(label=label, current=first, roots={first: secrets.token_bytes(KEY_BYTES)}, kept=kept)
        path.parent.mkdir(parents=True, exist_ok=True)
        _written(path, keyring.content(wrapping))
        return keyring

    def content(self, wrapping: Wrapping | None = None) -> dict[str, Any]:
        """What stands in the file. Raises KeyringError where it cannot be wrapped."""
        keyring = self if wrapping is None else self._each(wrapping.wrap, "The keyring cannot be wrapped.")
        content: dict[str, Any] = {
            "label": self.label,
            "current": self.current,
            "roots": {str(key_id): b64encode(key).decode() for key_id, key in keyring.roots.items()},
        }
        if wrapping is not None:
            content["wrapped_by"] = wrapping.name
        if self.kept:
            content["kept"] = {what: b64encode(key).decode() for what, key in keyring.kept.items()}
        return content

    def _each(self, act: Callable[[bytes, str], bytes], failed: str) -> "Keyring":
        """This keyring with each key wrapped, or unwrapped, for its own place in it. Raises KeyringError."""
        place = f"kecs/keyring/{self.label}"
        try:
            roots = {key_id: act(key, f"{place}/root/{key_id}") for key_id, key in self.roots.items()}
            kept = {what: act(key, f"{place}/kept/{what}") for what, key in self.kept.items()}
        except WrappingFailed as error:
            raise KeyringError(f"{failed} {error}") from None
        return replace(self, roots=roots, kept=kept)

    @classmethod
    def change(
        cls,
        path: Path,
        changed: Callable[["Keyring"], "Keyring"],
        *,
        wrapping: Wrapping | None = None,
        before: Wrapping | None = None,
    ) -> "Keyring":
        """Put another keyring in the place of the file, all at once. Two that change it come one after the other.

        It is read as `before` wrapped it, and wrapped by `wrapping`. Who is killed leaves the old file or the new one. Raises KeyringError.
        """
        with _alone_in(path.parent):
            keyring = changed(cls.load(path, before))
            beside = path.with_name(f".{path.name}.new")
            beside.unlink(missing_ok=True)
            owner = path.stat()
            _written(beside, keyring.content(wrapping))
            if os.geteuid() == 0:
                os.chown(
                    beside, owner.st_uid, owner.st_gid
                )  # the portal's user reads it, not who ran the command
            beside.replace(path)
            _kept_by_the_disk(path.parent)
        return keyring


def _written(path: Path, content: Mapping[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _kept_by_the_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
