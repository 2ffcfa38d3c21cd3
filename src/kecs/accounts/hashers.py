"""Argon2id as measured for two cores: 64 MiB, three passes, one lane, about 150 ms a hash."""

from django.contrib.auth import hashers


class Argon2PasswordHasher(hashers.Argon2PasswordHasher):
    """One lane: a hash takes one core and 64 MiB, so eight request threads stay within 512 MiB."""

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 1


class CheapArgon2PasswordHasher(hashers.Argon2PasswordHasher):
    """Nearly free: for test runs and for measuring everything that is not hashing. Production refuses it."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
