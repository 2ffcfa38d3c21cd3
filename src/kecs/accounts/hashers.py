"""Argon2id as measured for two cores: 64 MiB, three passes, one lane, about 150 ms a hash; so many at once as hashing.py admits."""

from django.contrib.auth import hashers

from kecs.accounts.hashing import the_places


class Bounded(hashers.Argon2PasswordHasher):
    """A hash waits for its place, or is refused. Raises TooManyHashes."""

    def encode(self, password: str, salt: str) -> str:
        with the_places().running():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with the_places().running():
            return super().verify(password, encoded)


class Argon2PasswordHasher(Bounded):
    """One lane: a hash takes one core and 64 MiB."""

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 1


class CheapArgon2PasswordHasher(Bounded):
    """Nearly free: for test runs and for measuring everything that is not hashing. Production refuses it."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
