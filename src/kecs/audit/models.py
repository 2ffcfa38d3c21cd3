"""One row an event; triggers in the database refuse to change or remove any."""

from django.db import models


class AuditEvent(models.Model):
    """An event as it was recorded. Text ids and no foreign keys: the log never blocks and never cascades."""

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    code = models.CharField(max_length=100)
    by = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    keys = models.JSONField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("sequence",)
        # Not db_index: on PostgreSQL Django would add an index for LIKE to each.
        indexes = [
            models.Index(fields=["code", "sequence"], name="audit_by_code"),
            models.Index(fields=["subject", "sequence"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.code}"


class ChainHead(models.Model):
    """The end of the chain: one row, locked by each writer until its transaction ends."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    digest = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_one_chain_head")]

    def __str__(self) -> str:
        return f"chain at {self.sequence}"


FIELDS = {
    "AuditEvent": {
        "sequence": "internal",
        "at": "internal",
        "code": "internal",
        "by": "internal",
        "subject": "internal",
        "keys": "internal",
        "digest": "internal",
    },
    "ChainHead": {"id": "internal", "sequence": "internal", "digest": "internal"},
}
