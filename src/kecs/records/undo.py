"""What an import leaves behind so that it can be undone within a day: rows of its batches, and of what could not be undone."""

import uuid

from django.db import models

from kecs.pii.fields import SealedField


class UndoBatch(models.Model):
    """What stood before one batch of an import was written. Gone once the batch is undone, or a day later.

    Of a created record the id is enough. Of a changed one the columns are kept as they stood, sealed together; its SSN and
    birth date inside are sealed for their own row besides, as they always are.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey("records.Run", on_delete=models.CASCADE, related_name="undo_batches")
    after = models.PositiveIntegerField()  # rows of the file that were read before this batch
    at = models.DateTimeField(db_index=True)  # what the batch wrote into updated_at
    created = models.BinaryField(default=bytes)  # 16 bytes a record
    before_sealed = SealedField()
    # Search keys that the batch took from people who wait: whose, root and digest.
    taken_over = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "after"], name="records_undo_batch_once"),
        ]

    def __str__(self) -> str:
        return f"batch after {self.after} of {self.run_id}"


class NotUndone(models.Model):
    """A record that an undone import had created or changed and that was left as it is, with the reason."""

    run = models.ForeignKey("records.Run", on_delete=models.CASCADE, related_name="not_undone")
    record_id = models.UUIDField()  # no foreign key: it may be gone
    why = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "record_id"], name="records_not_undone_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.why}"


FIELDS = {
    "UndoBatch": {
        "id": "internal",
        "run": "internal",
        "after": "internal",
        "at": "internal",
        "created": "internal",
        "before_sealed": "secret",
        "taken_over": "secret",
    },
    "NotUndone": {
        "id": "internal",
        "run": "internal",
        "record_id": "internal",
        "why": "internal",
    },
}
