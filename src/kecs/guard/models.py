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


class SearchTally(models.Model):
    """What the searches of one minute came to, in one of several rows, so that no search waits for all others.

    `held` were not evaluated for want of a mailbox; `proven` were evaluated with one.
    """

    minute = models.DateTimeField()
    shard = models.PositiveSmallIntegerField()
    searches = models.PositiveIntegerField(default=0)
    misses = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    proven = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="guard_one_tally_a_shard", fields=["minute", "shard"]),
        ]

    def __str__(self) -> str:
        return f"{self.minute}: {self.searches}, {self.misses} missed"


class StrictMode(models.Model):
    """One row: until when a search asks for a mailbox first, and until when it does not begin by itself."""

    in_force_until = models.DateTimeField(null=True)
    off_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="guard_one_strict_mode", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"strict until {self.in_force_until}"


FIELDS = {
    "LimitCounter": {
        "id": "internal",
        "limit": "internal",
        "subject_digest": "personal",
        "window_start": "internal",
        "count": "internal",
    },
    "SearchTally": {
        "id": "internal",
        "minute": "internal",
        "shard": "internal",
        "searches": "internal",
        "misses": "internal",
        "held": "internal",
        "proven": "internal",
    },
    "StrictMode": {"id": "internal", "in_force_until": "internal", "off_until": "internal"},
    "RobotAnswer": {
        "id": "internal",
        "signature_digest": "internal",
        "used_at": "internal",
        "expires_at": "internal",
    },
}
