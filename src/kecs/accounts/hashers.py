"""Argon2id by libsodium, as measured for two cores: 64 MiB, three passes, one lane; so many at once as hashing.py admits.

libsodium fills memory with the instructions that the processor has, and was a third faster than the library that Django
looks for. What is stored is the same: "argon2", and the string that the reference implementation writes and reads.
"""

from functools import partial

from django.contrib.auth.hashers import BasePasswordHasher
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id

from kecs.accounts.hashing import the_places


class Bounded(BasePasswordHasher):
    """A hash waits for its place, or is refused. Raises TooManyHashes."""

    algorithm = "argon2"
    time_cost: int  # passes
    memory_cost: int  # KiB

    @property
    def _prefix(self) -> str:
        return f"{self.algorithm}$argon2id$v=19$m={self.memory_cost},t={self.time_cost},p=1$"

    def salt(self) -> str:
        """None of ours: libsodium draws 128 bits for each hash."""
        return ""

    def encode(self, password: str, salt: str) -> str:
        """What is stored. The salt is drawn anew, whatever is given."""
        hashed = the_places().run(
            partial(
                argon2id.str, password.encode(), opslimit=self.time_cost, memlimit=self.memory_cost * 1024
            )
        )
        return self.algorithm + hashed.decode("ascii")

    def verify(self, password: str, encoded: str) -> bool:
        """Whether this is the password, by whatever cost it was hashed."""
        hashed = encoded.removeprefix(self.algorithm).encode()
        try:
            return the_places().run(partial(argon2id.verify, hashed, password.encode()))
        except CryptoError:  # another password, or nothing that a hash could be
            return False

    def must_update(self, encoded: str) -> bool:
        """Whether it was hashed at another cost than today's."""
        return not encoded.startswith(self._prefix)

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing: hashes of another cost are made anew at the next sign-in."""


class Argon2PasswordHasher(Bounded):
    """One lane: a hash takes one core and 64 MiB."""

    time_cost = 3
    memory_cost = 64 * 1024


class CheapArgon2PasswordHasher(Bounded):
    """Nearly free: for test runs and for measuring everything that is not hashing. Production refuses it."""

    time_cost = 1
    memory_cost = 8
