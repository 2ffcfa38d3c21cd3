"""PURE. Record numbers for people who were not on file: short enough to read over a phone."""

import secrets

# Crockford's base 32 without letters that are taken for digits; ten of them make 2^50 numbers.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_staff_unique_id() -> str:
    """A fresh number, "K" and ten signs; a unique constraint catches the one chance in 10^15 a pair."""
    return "K" + "".join(secrets.choice(ALPHABET) for _ in range(10))
