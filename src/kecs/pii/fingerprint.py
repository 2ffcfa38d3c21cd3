"""Keyed digests (blind indexes): how a record is found by facts that are nowhere stored in clear."""

import hmac
from collections.abc import Callable, Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from kecs.pii.keyring import Keyring

DIGEST_BYTES = 16  # 128 bits: no two facts of a state's people meet by chance


def standing_digest(keyring: Keyring, purpose: str, *facts: str) -> bytes:
    """The same under a key that stays when the current one changes: for what is counted, and can never be made anew."""
    return hmac.digest(keyring.standing(_index(purpose)), _message(facts), sha256)[:DIGEST_BYTES]


def _index(purpose: str) -> str:
    return f"index/{purpose}"


def digest(keyring: Keyring, purpose: str, *facts: str, key_id: int | None = None) -> bytes:
    """HMAC-SHA-256 of the facts under the purpose's own key, cut to 16 bytes.

    The facts are length-prefixed, so ("ab", "c") and ("a", "bc") differ. `key_id` picks an older key while one rotates.
    Raises KeyringError for an unknown key.
    """
    chosen = keyring.current if key_id is None else key_id
    return hmac.digest(keyring.derived(chosen, _index(purpose)), _message(facts), sha256)[:DIGEST_BYTES]


def digester(
    keyring: Keyring, purpose: str, *, key_id: int | None = None
) -> Callable[[Sequence[str]], bytes]:
    """The same as digest, for millions of values: the key is put into its place once.

    By cryptography's HMAC, whose copy takes a quarter of the time of hmac's.
    """
    chosen = keyring.current if key_id is None else key_id
    started = HMAC(keyring.derived(chosen, _index(purpose)), SHA256())

    def digested(facts: Sequence[str]) -> bytes:
        made = started.copy()
        made.update(_message(facts))
        return made.finalize()[:DIGEST_BYTES]

    return digested


_SHORT = tuple(length.to_bytes(4, "big") for length in range(256))  # of nearly all facts, made once


def _message(facts: Sequence[str]) -> bytes:
    message = b""
    for fact in facts:
        part = fact.encode()
        length = len(part)
        message += (_SHORT[length] if length < len(_SHORT) else length.to_bytes(4, "big")) + part
    return message
