"""Who holds which record, and how surely. Constraints carry the invariants."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from kecs.records.kinds import AssuranceLevel, Ending


class Holding(models.Model):
    """An account holds a record, at an assurance level, or contests that another one does. Ended holdings stay, as history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey("records.EducatorRecord", on_delete=models.PROTECT, related_name="holdings")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="holdings")
    level = models.SmallIntegerField()
    because = models.JSONField(default=list)  # the attributes that agreed
    held_at = models.DateTimeField(default=timezone.now)
    held_by = models.CharField(max_length=100)
    # Says that a record which another account held when this began is hers: level 0 until she has proved it.
    contests = models.BooleanField(default=False)
    # The address that was on file when this began, as a keyed digest: what came on file later proves nothing.
    contact_digest = models.BinaryField(max_length=16, null=True, blank=True)
    # Without evidence it lapses then.
    provisional_until = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_by = models.CharField(max_length=100, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=100, blank=True)
    released_because = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(released_at=None, contests=False),
                name="records_one_live_holding_per_record",
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(released_at=None), name="records_one_live_holding_per_account"
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by="", released_because="")
                | (
                    Q(released_at__isnull=False, released_because__in=[ending.value for ending in Ending])
                    & ~Q(released_by="")
                ),
                name="records_holding_released_at_by",
            ),
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in AssuranceLevel]),
                name="records_holding_level_known",
            ),
            models.CheckConstraint(
                condition=Q(frozen_at=None, frozen_by="") | (Q(frozen_at__isnull=False) & ~Q(frozen_by="")),
                name="records_holding_frozen_at_by",
            ),
            models.CheckConstraint(
                condition=Q(frozen_at=None) | Q(level__lte=AssuranceLevel.PROVISIONAL.value),
                name="records_holding_frozen_is_not_verified",
            ),
            models.CheckConstraint(
                condition=Q(contests=False)
                | Q(level=AssuranceLevel.UNDER_REVIEW.value, frozen_at=None, provisional_until__isnull=False),
                name="records_holding_contest_sees_nothing",
            ),
            models.CheckConstraint(
                condition=Q(provisional_until__isnull=False)
                | ~Q(level=AssuranceLevel.PROVISIONAL.value, released_at=None, frozen_at=None),
                name="records_holding_provisional_ends",
            ),
        ]
        indexes = [
            models.Index(
                name="records_holding_lapses",
                fields=["provisional_until"],
                condition=Q(released_at=None, frozen_at=None, provisional_until__isnull=False),
            ),
            models.Index(
                name="records_holding_contested",
                fields=["record"],
                condition=Q(released_at=None, contests=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} holds {self.record_id}"


FIELDS = {
    "Holding": {
        "id": "internal",
        "record": "internal",
        "account": "internal",
        "level": "internal",
        "because": "internal",
        "held_at": "internal",
        "held_by": "internal",
        "contests": "internal",
        "contact_digest": "secret",
        "provisional_until": "internal",
        "frozen_at": "internal",
        "frozen_by": "internal",
        "released_at": "internal",
        "released_by": "internal",
        "released_because": "internal",
    },
}
