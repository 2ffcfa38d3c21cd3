"""What became of a registration form, so that the same form sent again is led to the same account."""

from django.db import models
from django.utils import timezone


class RegistrationOutcome(models.Model):
    """One finished registration: written in the transaction that made the account."""

    key_digest = models.BinaryField(max_length=16, unique=True)
    account_id = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"registration of {self.account_id}"


FIELDS = {
    "RegistrationOutcome": {
        "id": "internal",
        "key_digest": "secret",
        "account_id": "internal",
        "at": "internal",
    }
}
