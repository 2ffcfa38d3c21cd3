"""Merges of two records, proposed, done and undone, and the numbers that lead to a record which came of one.

The absorbed record's own row is gone while the merge stands: no search, list or import can meet it by mistake. It
comes back, column by column, from what `before_sealed` keeps.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kecs.pii.fields import SealedField
from kecs.records.kinds import MergeState


class RecordMerge(models.Model):
    """Two records of one person made into one, or proposed to be. Ids are plain: either record may be gone at times."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survivor_id = models.UUIDField(db_index=True)
    absorbed_id = models.UUIDField(db_index=True)
    absorbed_number = models.CharField(max_length=32)
    # Which side each fact is taken from, which account keeps the record, whether staff have seen the person. No values.
    choices = models.JSONField(default=dict)
    reason = models.CharField(max_length=32)
    # Two accounts hold the two records, so that a second member of staff must agree.
    both_held = models.BooleanField()
    state = models.CharField(max_length=16)
    # All that stood on both records when it was proposed, as a keyed digest: the second person agrees to that.
    seen_digest = models.BinaryField(max_length=16)
    proposed_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.CharField(max_length=100)
    lapses_at = models.DateTimeField(null=True, blank=True)
    merged_at = models.DateTimeField(null=True, blank=True)
    merged_by = models.CharField(max_length=100, blank=True)
    # Withdrawn, lapsed or undone.
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=100, blank=True)
    case_id = models.UUIDField(null=True, blank=True)  # that the merge decides, where it came of one
    before_sealed = SealedField()  # every row of both records, as it stood
    after_sealed = SealedField()  # what the merge made of them

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(survivor_id=models.F("absorbed_id")), name="records_merge_of_two"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in MergeState]), name="records_merge_state_known"
            ),
            models.UniqueConstraint(
                fields=["absorbed_id"],
                condition=Q(state=MergeState.MERGED.value),
                name="records_absorbed_once",
            ),
            models.UniqueConstraint(
                fields=["survivor_id"],
                condition=Q(state=MergeState.PROPOSED.value),
                name="records_merge_proposed_once_survivor",
            ),
            models.UniqueConstraint(
                fields=["absorbed_id"],
                condition=Q(state=MergeState.PROPOSED.value),
                name="records_merge_proposed_once_absorbed",
            ),
            models.CheckConstraint(
                condition=Q(both_held=False) | Q(merged_at=None) | ~Q(merged_by=models.F("proposed_by")),
                name="records_merge_of_held_needs_two",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[MergeState.MERGED.value, MergeState.UNDONE.value], merged_at__isnull=False
                )
                & ~Q(merged_by="")
                | Q(
                    state__in=[
                        MergeState.PROPOSED.value,
                        MergeState.WITHDRAWN.value,
                        MergeState.LAPSED.value,
                    ],
                    merged_at=None,
                    merged_by="",
                    before_sealed=None,
                    both_held=True,
                    lapses_at__isnull=False,
                ),
                name="records_merge_merged_at_by",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[MergeState.PROPOSED.value, MergeState.MERGED.value],
                    ended_at=None,
                    ended_by="",
                )
                | Q(
                    state__in=[
                        MergeState.WITHDRAWN.value,
                        MergeState.LAPSED.value,
                        MergeState.UNDONE.value,
                    ],
                    ended_at__isnull=False,
                )
                & ~Q(ended_by=""),
                name="records_merge_ended_at_by",
            ),
            # Without it a merge could not be undone.
            models.CheckConstraint(
                condition=~Q(state=MergeState.MERGED.value)
                | Q(before_sealed__isnull=False, after_sealed__isnull=False),
                name="records_merge_keeps_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} merge {self.id}"


class RecordNumber(models.Model):
    """A staff_unique_id that leads to a record which came of a merge: its own, and those of the records it absorbed.

    A trigger refuses a record with a number that leads to another one here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff_unique_id = models.CharField(max_length=32)
    record = models.ForeignKey(
        "records.EducatorRecord", on_delete=models.PROTECT, related_name="record_numbers"
    )
    # The row id of the absorbed record that had the number; empty for the record's own.
    former_id = models.UUIDField(null=True, blank=True, unique=True)
    # What files have said under this number, up to now: only what is otherwise is news to the record.
    told_sealed = SealedField()

    class Meta:
        constraints = [
            # Not unique=True: on PostgreSQL Django would add an index for LIKE.
            models.UniqueConstraint(fields=["staff_unique_id"], name="records_number_leads_to_one"),
        ]

    def __str__(self) -> str:
        return f"number of {self.record_id}"


FIELDS = {
    "RecordMerge": {
        "id": "internal",
        "survivor_id": "internal",
        "absorbed_id": "internal",
        "absorbed_number": "personal",
        "choices": "internal",
        "reason": "internal",
        "both_held": "internal",
        "state": "internal",
        "seen_digest": "secret",
        "proposed_at": "internal",
        "proposed_by": "internal",
        "lapses_at": "internal",
        "merged_at": "internal",
        "merged_by": "internal",
        "ended_at": "internal",
        "ended_by": "internal",
        "case_id": "internal",
        "before_sealed": "secret",
        "after_sealed": "secret",
    },
    "RecordNumber": {
        "id": "internal",
        "staff_unique_id": "personal",
        "record": "internal",
        "former_id": "internal",
        "told_sealed": "secret",
    },
}
