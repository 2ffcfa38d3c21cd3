"""The one Django module of this room: the installation's keyring, and columns that hold sealed values."""

from functools import cache
from typing import Any

from django.conf import settings
from django.db import models

from kecs.pii.fingerprint import digest
from kecs.pii.keyring import Keyring
from kecs.pii.seal import seal, seal_bytes, unseal, unseal_bytes


@cache
def the_keyring() -> Keyring:
    """The keyring of this installation, read once a process. Raises KeyringError."""
    return Keyring.load(settings.KECS_KEYRING)


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
    return unseal(the_keyring(), sealed, context)


def sealed_bytes(plain: bytes, context: str) -> bytes:
    """Seal what is no text (a part of a document) for a named context."""
    return seal_bytes(the_keyring(), plain, context)


def unsealed_bytes(sealed: bytes, context: str) -> bytes:
    """Open what sealed_bytes sealed for the same context. Raises SealBroken."""
    return unseal_bytes(the_keyring(), sealed, context)


def digest_of(purpose: str, *facts: str) -> bytes:
    """The keyed digest of these facts under the current key: 16 bytes."""
    return digest(the_keyring(), purpose, *facts)


def digests_of(purpose: str, *facts: str) -> list[bytes]:
    """The keyed digests of these facts under every root of the keyring, the current one first.

    While keys rotate, a row stands in the table under the old or the new root: who looks for it asks for both.
    """
    keyring = the_keyring()
    others = sorted(key_id for key_id in keyring.roots if key_id != keyring.current)
    return [digest(keyring, purpose, *facts, key_id=key_id) for key_id in (keyring.current, *others)]
