"""PURE. Recovery codes: 80 bits of chance in letters that nobody mistakes, and the digest that is kept of each."""

import secrets
from uuid import UUID

from kecs.accounts.tokens import digest_of_token

HOW_MANY = 10
LENGTH = 16  # of 5 bits each
# Crockford's base32: no I, L, O, U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans("ILO", "110")


def new_codes() -> list[str]:
    """Ten fresh codes as they are shown: K7QF-2M9X-0TBC-4HRW."""
    return [
        _grouped("".join(secrets.choice(ALPHABET) for _place in range(LENGTH))) for _code in range(HOW_MANY)
    ]


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def looks_like_code(typed: str) -> bool:
    """Whether this could be a recovery code, and not the six digits of an app."""
    plain = plain_code(typed)
    return len(plain) == LENGTH and all(letter in ALPHABET for letter in plain)


def plain_code(typed: str) -> str:
    """One form for what was typed: capitals, no hyphens or spaces, letters for the digits that they look like."""
    return "".join(typed.split()).replace("-", "").upper().translate(LOOKALIKES)


def digest_of_code(account_id: UUID, typed: str) -> str:
    """What is kept of a code. It is the account's own: moved to another it opens nothing."""
    return digest_of_token(f"recovery:{account_id}:{plain_code(typed)}").hex()
