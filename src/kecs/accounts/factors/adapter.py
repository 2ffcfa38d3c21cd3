"""How django-allauth's second factors meet this house: it keeps the rows, we write and read what is in them."""

from typing import NoReturn

from allauth.mfa.adapter import DefaultMFAAdapter


class FactorAdapter(DefaultMFAAdapter):
    """Shuts the roads on which the library would keep a secret by itself: it does not know the row that seals it."""

    def encrypt(self, text: str) -> NoReturn:
        """Raises RuntimeError: secrets are sealed for their row, in factors/actions.py."""
        raise RuntimeError("Second factors are written by kecs.accounts.factors.actions.")

    def decrypt(self, encrypted_text: str) -> NoReturn:
        """Raises RuntimeError: see encrypt."""
        raise RuntimeError("Second factors are read by kecs.accounts.factors.actions.")
