"""What stands between the file of the keyring and its keys where an HSM or a key service holds the key of the keys.

`hsm.py` is the one for PKCS#11. An agency with a key service writes a class with these three and names it in KECS_KEYRING_WRAP:
docs/runbooks/keys.md shows one.
"""

from typing import Protocol


class WrappingFailed(Exception):
    """The key that wraps is not to be had, or did not wrap this. The message is for the operator; nothing secret is in it."""


class Wrapping(Protocol):
    """Wraps keys under a key that this process never sees. Each call may ask a device, and takes as long as that does."""

    @property
    def name(self) -> str:
        """Which key, for people: it stands in the file of the keyring and in sentences."""

    def wrap(self, key: bytes, context: str) -> bytes:
        """The key as it may be kept in a file. It unwraps for the same context only. Raises WrappingFailed."""

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """The key that was wrapped for this context. Raises WrappingFailed, also where one bit of it was changed."""
