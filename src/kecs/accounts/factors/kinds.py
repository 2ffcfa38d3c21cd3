"""PURE. What a person can show besides her password. The values are those that django-allauth stores."""

from enum import StrEnum


class Factor(StrEnum):
    """A kind of second factor, or the password."""

    PASSWORD = "password"  # noqa: S105 - a word, not a password
    AUTHENTICATOR = "totp"
    PASSKEY = "webauthn"
    RECOVERY_CODES = "recovery_codes"


# What makes an account one with a second factor. Recovery codes stand in for these and never alone.
SECOND_FACTORS = (Factor.AUTHENTICATOR, Factor.PASSKEY)
