"""PURE. Tokens that travel in mails: 256 bits of chance outside, a digest inside."""

import hashlib
import secrets


def new_token() -> str:
    """A fresh token for a link: 43 characters."""
    return secrets.token_urlsafe(32)


def digest_of_token(token: str) -> bytes:
    """SHA-256: what the database and the session keep of a token."""
    return hashlib.sha256(token.encode()).digest()
