"""PURE. What a username may be: letters and digits that look the same to everybody, compared without case."""

import hashlib
import re
from unicodedata import normalize

from anyascii import anyascii

SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,28}[A-Za-z0-9]\Z")


def normalised(text: str) -> str:
    """The typed username in its one form: NFKC, without spaces around. It may still be refused by its shape."""
    return normalize("NFKC", text).strip()


def is_well_formed(username: str) -> bool:
    """3 to 30 ASCII letters, digits, periods, hyphens, underscores; begins and ends with a letter or digit."""
    return bool(SHAPE.match(username))


def suggestion_for(*, first_name: str, last_surname: str, visitor: str) -> str:
    """A username made of the person's names and five digits, the same each time for one visitor."""
    stem = (
        re.sub(r"[^a-z0-9]+", ".", anyascii(f"{first_name} {last_surname}").lower())
        .strip(".")[:24]
        .strip(".")
    )
    digits = (
        int.from_bytes(hashlib.sha256(f"{visitor}|{stem}".encode()).digest()[:8], "big") % 90_000 + 10_000
    )
    return f"{stem or 'educator'}{digits}"
