"""Authenticated encryption of single values, bound to the place they stand in."""

import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kecs.pii.keyring import Keyring, KeyringError

NONCE_BYTES = 12


class SealBroken(Exception):
    """The value was changed, moved to another place, or sealed with a key that is gone. Carries no content."""


@lru_cache(maxsize=64)
def _cipher(root: bytes, key_id: int) -> AESGCM:
    return AESGCM(Keyring(label="", current=key_id, roots={key_id: root}).derived(key_id, "seal"))


def seal(keyring: Keyring, plaintext: str, context: str) -> bytes:
    """AES-256-GCM: one byte of key id, 12 of random nonce, then ciphertext and tag.

    `context` names the place ("table.column:row id"); the value opens nowhere else.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = _cipher(keyring.roots[keyring.current], keyring.current).encrypt(
        nonce, plaintext.encode(), context.encode()
    )
    return bytes([keyring.current]) + nonce + body


def unseal(keyring: Keyring, sealed: bytes, context: str) -> str:
    """The value that was sealed for this context. Raises SealBroken."""
    if len(sealed) <= 1 + NONCE_BYTES:
        raise SealBroken
    key_id = sealed[0]
    root = keyring.roots.get(key_id)
    if root is None:
        raise SealBroken from KeyringError(f"Key {key_id} is not in the keyring.")
    try:
        plain = _cipher(root, key_id).decrypt(
            sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], context.encode()
        )
    except InvalidTag:
        raise SealBroken from None
    return plain.decode()
