"""The one Django module of this room: the installation's keyring, and columns that hold sealed values."""

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from kecs.pii.fingerprint import digest, digester
from kecs.pii.hsm import SCHEME, TokenKey
from kecs.pii.keyring import STANDING, Keyring, KeyringError
from kecs.pii.seal import seal, seal_bytes, unseal, unseal_bytes
from kecs.pii.wrapping import Wrapping, WrappingFailed

# How long a process may go on with the keyring it has read; `kecs keys rotate` waits for longer before it uses a new root.
LOOK_EVERY = 1.0  # seconds


@lru_cache
def _wrapping(named: str, pin: str) -> Wrapping | None:
    if not named:
        return None
    try:
        if named.startswith(SCHEME):
            return TokenKey(named, pin=pin)
        made: Wrapping = import_string(named)()
    except WrappingFailed as error:
        raise KeyringError(str(error)) from None
    except ImportError:
        raise KeyringError(
            f"KECS_KEYRING_WRAP begins with {SCHEME} or names a class. There is no class {named}."
        ) from None
    return made


def wrapping_named(named: str) -> Wrapping | None:
    """What KECS_KEYRING_WRAP can name: a key on a token, a class of the agency's; None for a blank. Raises KeyringError."""
    return _wrapping(named, settings.KECS_KEYRING_PIN)


def the_wrapping() -> Wrapping | None:
    """Of this installation; None where its keyring is not wrapped. Raises KeyringError."""
    return wrapping_named(settings.KECS_KEYRING_WRAP)


def read_keyring() -> Keyring:
    """The keyring as its file has it now. Raises KeyringError with a sentence that says what to mend."""
    return Keyring.load(settings.KECS_KEYRING, the_wrapping())


def make_keyring(*, label: str, first: int = STANDING) -> Keyring:
    """A keyring with one fresh key of this number. Raises FileExistsError rather than overwrite, and KeyringError."""
    return Keyring.create(settings.KECS_KEYRING, label=label, first=first, wrapping=the_wrapping())


def change_keyring(changed: Callable[[Keyring], Keyring], *, wrapped_before: str | None = None) -> Keyring:
    """Put another keyring in the place of the file. `wrapped_before` names what wraps it now, where that is not what shall. Raises KeyringError."""
    now = the_wrapping()
    before = now if wrapped_before is None else wrapping_named(wrapped_before)
    keyring = Keyring.change(settings.KECS_KEYRING, changed, wrapping=now, before=before)
    the_keyring.cache_clear()
    return keyring


class _TheKeyring:
    """The keyring as it was read, and the file as it was then: read anew when that is another one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.cache_clear()

    def cache_clear(self) -> None:
        """Read it anew next time."""
        self._keyring: Keyring | None = None
        self._file: tuple[int, int, int] | None = None
        self._looked = 0.0

    def __call__(self) -> Keyring:
        """The keyring of this installation. Raises KeyringError."""
        if self._keyring is None or monotonic() - self._looked > LOOK_EVERY:
            self.look()
        assert self._keyring is not None  # noqa: S101 - look() read one, or raised
        return self._keyring

    def look(self) -> None:
        """See whether the file is another one. Where it is gone or cannot be read, what was read before goes on. Raises KeyringError."""
        with self._lock:
            self._looked = monotonic()
            try:
                stat = settings.KECS_KEYRING.stat()
                now = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
                if self._keyring is None or now != self._file:
                    self._keyring, self._file = read_keyring(), now
            except (OSError, KeyringError):
                if self._keyring is None:
                    self._keyring = read_keyring()  # says what is wrong


_installed = _TheKeyring()
the_keyring = _installed


def _keyring_for(sealed: bytes) -> Keyring:
    """With a look at the file where the key of this value is not known yet: another process sealed with a new one."""
    keyring = the_keyring()
    if sealed and sealed[0] not in keyring.roots:
        _installed.look()
        keyring = the_keyring()
    return keyring


def standing_key(purpose: str) -> bytes:
    """A key for one purpose that stays the same while roots come and go. Raises KeyringError."""
    return the_keyring().standing(purpose)


class SealedField(models.BinaryField):
    """A column of sealed bytes. Write with seal_into, read with unseal_from; never filtered or ordered by."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


def place_of(instance: models.Model, field_name: str) -> str:
    """Where a sealed value stands: table, column and row. The row id must be set before sealing and never change."""
    return f"{instance._meta.db_table}.{field_name}:{instance.pk}"


def seal_into(instance: models.Model, field_name: str, text: str | None) -> None:
    """Put a value into a SealedField of this row; None empties it."""
    setattr(instance, field_name, None if text is None else sealed_text(text, place_of(instance, field_name)))


def unseal_from(instance: models.Model, field_name: str) -> str | None:
    """The value in a SealedField of this row. Raises SealBroken."""
    stored = getattr(instance, field_name)
    return None if stored is None else unsealed_text(bytes(stored), place_of(instance, field_name))


def sealed_text(text: str, context: str) -> bytes:
    """Seal a value that stands outside a model (a session, a mail) for a named context."""
    return seal(the_keyring(), text, context)


def unsealed_text(sealed: bytes, context: str) -> str:
    """Open what sealed_text sealed for the same context. Raises SealBroken."""
    return unseal(_keyring_for(sealed), sealed, context)


def sealed_bytes(plain: bytes, context: str) -> bytes:
    """Seal what is no text (a part of a document) for a named context."""
    return seal_bytes(the_keyring(), plain, context)


def unsealed_bytes(sealed: bytes, context: str) -> bytes:
    """Open what sealed_bytes sealed for the same context. Raises SealBroken."""
    return unseal_bytes(_keyring_for(sealed), sealed, context)


def digest_of(purpose: str, *facts: str) -> bytes:
    """The keyed digest of these facts under the current key: 16 bytes."""
    return digest(the_keyring(), purpose, *facts)


def digests_of(purpose: str, *facts: str) -> list[bytes]:
    """The keyed digests of these facts under every root of the keyring, the current one first.

    While keys rotate, a row stands in the table under the old or the new root: who looks for it asks for both.
    """
    keyring = the_keyring()
    return [digest(keyring, purpose, *facts, key_id=key_id) for key_id in _roots_in_turn(keyring)]


def digesters_of(purpose: str) -> list[Callable[[Sequence[str]], bytes]]:
    """What makes the digests of digests_of, for millions of values: one for each root, the current one first."""
    keyring = the_keyring()
    return [digester(keyring, purpose, key_id=key_id) for key_id in _roots_in_turn(keyring)]


def _roots_in_turn(keyring: Keyring) -> list[int]:
    return [keyring.current, *sorted(key_id for key_id in keyring.roots if key_id != keyring.current)]
