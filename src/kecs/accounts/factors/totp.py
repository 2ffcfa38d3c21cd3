"""PURE. The six digits that an authenticator app shows (RFC 6238, SHA-1, 30 seconds), and which of them hold now."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

STEP_SECONDS = 30
DIGITS = 6
# The code before and the one after: phones run late, and people type slowly.
STEPS_AROUND = 1


def new_secret() -> str:
    """160 bits in base32: 32 characters, as apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def code_at(secret: str, step: int) -> str:
    """The code of one step."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    value = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{value % 10**DIGITS:0{DIGITS}}"


def step_at(now: datetime) -> int:
    """The step that runs at this moment."""
    return int(now.timestamp()) // STEP_SECONDS


def digits_of(typed: str) -> str:
    """What was typed, without the spaces and hyphens that people put in."""
    return "".join(typed.split()).replace("-", "")


def matching_step(secret: str, typed: str, *, now: datetime, after: int = 0) -> int | None:
    """The step whose code this is, if it is one around now and later than the last one used."""
    digits, found = digits_of(typed), None
    if not (digits.isascii() and digits.isdecimal()):
        return None
    middle = step_at(now)
    for step in range(middle - STEPS_AROUND, middle + STEPS_AROUND + 1):
        if hmac.compare_digest(code_at(secret, step), digits) and step > after:
            found = step
    return found


def spelled(secret: str) -> str:
    """In groups of four, for typing it into an app by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
