"""What became of a registration form, so that the same form sent again is led to the same account; and invitations by staff."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kecs.pii.fields import SealedField


class RegistrationOutcome(models.Model):
    """One finished registration: written in the transaction that made the account."""

    key_digest = models.BinaryField(max_length=16, unique=True)
    account_id = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"registration of {self.account_id}"


class Invitation(models.Model):
    """A link by which somebody who gave no SSN makes an account; staff looked at her request first. Used once, for a week."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_id = models.UUIDField(unique=True)  # of her request
    token_digest = models.BinaryField(max_length=32, unique=True)
    facts_sealed = SealedField()  # who she is, by her request; empty once her account has it
    made_at = models.DateTimeField(db_index=True)
    made_by = models.CharField(max_length=100)
    account_id = models.UUIDField(null=True)  # what came of it

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(account_id=None, facts_sealed__isnull=False)
                | Q(account_id__isnull=False, facts_sealed=None),
                name="registration_invitation_used",
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.id}"


FIELDS = {
    "Invitation": {
        "id": "internal",
        "case_id": "internal",
        "token_digest": "secret",
        "facts_sealed": "secret",
        "made_at": "internal",
        "made_by": "internal",
        "account_id": "internal",
    },
    "RegistrationOutcome": {
        "id": "internal",
        "key_digest": "secret",
        "account_id": "internal",
        "at": "internal",
    },
}
