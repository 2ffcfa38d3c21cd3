"""PURE. E-mail addresses: their one form, and whether one ends when a job ends."""

from collections.abc import Iterable
from fnmatch import fnmatchcase


def normalised_address(email: str) -> str:
    """Lower case, no spaces around: how addresses are stored and compared."""
    return email.strip().lower()


def mailbox_of(email: str) -> str:
    """The mailbox that the address leads to where a +tag sorts mail: limits count this, nothing is sent to it."""
    name, _at, domain = normalised_address(email).rpartition("@")
    return f"{name.partition('+')[0] or name}@{domain}"


def is_school_address(email: str, domains: Iterable[str]) -> bool:
    """Whether the address is under one of the domains, where "*" stands for any labels (k12.*.us)."""
    domain = normalised_address(email).rpartition("@")[2]
    return any(fnmatchcase(domain, pattern.lower()) for pattern in domains)
