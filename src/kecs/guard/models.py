"""Counters of tries, and the robot checks that were used up. Only this room reads them."""

from django.db import models
from django.db.models import Q


class LimitCounter(models.Model):
    """How often one subject was counted against one limit since its window began.

    The subject (an identity asked for, a network, an address) is kept as a keyed digest only.
    """

    limit = models.CharField(max_length=64)
    subject_digest = models.BinaryField(max_length=16)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="guard_one_counter_a_subject", fields=["limit", "subject_digest"]),
        ]
        indexes = [models.Index(name="guard_counter_age", fields=["limit", "window_start"])]

    def __str__(self) -> str:
        return f"{self.limit}: {self.count}"


class RobotAnswer(models.Model):
    """A challenge or form stamp that was answered: the unique digest of its signature makes it good for once."""

    signature_digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="guard_an_answer_is_used_once", fields=["signature_digest"]),
            models.CheckConstraint(
                name="guard_an_answer_outlives_its_use", condition=Q(expires_at__gte=models.F("used_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"used at {self.used_at}"


FIELDS = {
    "LimitCounter": {
        "id": "internal",
        "limit": "internal",
        "subject_digest": "personal",
        "window_start": "internal",
        "count": "internal",
    },
    "RobotAnswer": {
        "id": "internal",
        "signature_digest": "internal",
        "used_at": "internal",
        "expires_at": "internal",
    },
}
