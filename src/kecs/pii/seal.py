"""Authenticated encryption of single values, bound to the place they stand in."""

import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kecs.pii.keyring import Keyring, KeyringError, derived_from

NONCE_BYTES = 12
TAG_BYTES = 16
SHORTEST = 1 + NONCE_BYTES + TAG_BYTES  # of an empty text


class SealBroken(Exception):
    """The value was changed, moved to another place, or sealed with a key that is gone. Carries no content."""


@lru_cache(maxsize=64)
def _cipher(root: bytes) -> AESGCM:
    return AESGCM(derived_from(root, "seal"))


def seal(keyring: Keyring, plaintext: str, context: str) -> bytes:
    """AES-256-GCM: one byte of key id, 12 of random nonce, then ciphertext and tag.

    `context` names the place ("table.column:row id"); the value opens nowhere else.
    """
    return seal_bytes(keyring, plaintext.encode(), context)


def seal_bytes(keyring: Keyring, plain: bytes, context: str) -> bytes:
    """The same for what is no text."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = _cipher(keyring.root(keyring.current)).encrypt(nonce, plain, context.encode())
    return bytes([keyring.current]) + nonce + body


def unseal(keyring: Keyring, sealed: bytes, context: str) -> str:
    """The value that was sealed for this context. Raises SealBroken."""
    return unseal_bytes(keyring, sealed, context).decode()


def unseal_bytes(keyring: Keyring, sealed: bytes, context: str) -> bytes:
    """What seal_bytes sealed for this context. Raises SealBroken."""
    if len(sealed) < SHORTEST:
        raise SealBroken
    try:
        cipher = _cipher(keyring.root(sealed[0]))
    except KeyringError as unknown:
        raise SealBroken from unknown
    try:
        return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], context.encode())
    except InvalidTag:
        raise SealBroken from None
