"""A legal hold: nothing about this person is destroyed while it lasts, whatever the table of periods says."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class LegalHold(models.Model):
    """On a record or on an account, by id: it outlives both. It follows the person from one to the other while it is asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField(max_length=64)  # "record:<id>" or "account:<id>"
    because = models.CharField(max_length=24)  # the words of kinds.HoldReason
    placed_at = models.DateTimeField(default=timezone.now)
    placed_by = models.CharField(max_length=100)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(lifted_at=None), name="records_one_legal_hold_a_subject"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by="") | (Q(lifted_at__isnull=False) & ~Q(lifted_by="")),
                name="records_legal_hold_lifted_at_by",
            ),
        ]

    def __str__(self) -> str:
        return f"legal hold on {self.subject}"


class HeldAddress(models.Model):
    """An address of somebody under a hold, kept because another may take its place on file; it goes with the hold."""

    hold = models.ForeignKey(LegalHold, on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=254)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "address"], name="records_held_address_once"),
        ]

    def __str__(self) -> str:
        return f"an address under {self.hold_id}"


FIELDS = {
    "LegalHold": {
        "id": "internal",
        "subject": "internal",
        "because": "internal",
        "placed_at": "internal",
        "placed_by": "internal",
        "lifted_at": "internal",
        "lifted_by": "internal",
    },
    "HeldAddress": {
        "id": "internal",
        "hold": "internal",
        "address": "personal",
    },
}
