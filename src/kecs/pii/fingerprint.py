"""Keyed digests (blind indexes): how a record is found by facts that are nowhere stored in clear."""

import hmac
from functools import lru_cache
from hashlib import sha256

from kecs.pii.keyring import Keyring

DIGEST_BYTES = 16  # 128 bits: no two facts of a state's people meet by chance


@lru_cache(maxsize=256)
def _index_key(root: bytes, key_id: int, purpose: str) -> bytes:
    return Keyring(label="", current=key_id, roots={key_id: root}).derived(key_id, f"index/{purpose}")


def digest(keyring: Keyring, purpose: str, *facts: str, key_id: int | None = None) -> bytes:
    """HMAC-SHA-256 of the facts under the purpose's own key, cut to 16 bytes.

    The facts are length-prefixed, so ("ab", "c") and ("a", "bc") differ. `key_id` picks an older key while one rotates.
    Raises KeyringError for an unknown key.
    """
    chosen = keyring.current if key_id is None else key_id
    root = keyring.roots.get(chosen)
    key = _index_key(root, chosen, purpose) if root is not None else keyring.derived(chosen, purpose)
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (fact.encode() for fact in facts))
    return hmac.digest(key, message, sha256)[:DIGEST_BYTES]
