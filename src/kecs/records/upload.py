"""A file of records that staff sent through the browser, and how far the work on it has come. Its content lies sealed in a file."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kecs.records.kinds import UploadState


class Upload(models.Model):
    """One file. The worker (`kecs imports`) takes it by a lease, so that two never do the same step of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, blank=True)  # as staff called it; never a path
    size = models.PositiveBigIntegerField()
    columns = models.JSONField(default=list)
    unknown = models.JSONField(default=list)
    state = models.CharField(max_length=16, default=UploadState.CHECKING.value)
    content = models.CharField(max_length=64, blank=True)  # what its runs are known by
    # What the step at hand has come to: the dry run, then the loading.
    rows = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    read_before = models.PositiveIntegerField(
        default=0
    )  # by whoever worked on it before, which says nothing of speed
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=dict)  # by code: how often, and the first lines
    failed_because = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    sent_by = models.CharField(max_length=100)
    asked_at = models.DateTimeField(null=True, blank=True)  # to be loaded
    asked_by = models.CharField(max_length=100, blank=True)
    asked_because = models.CharField(max_length=24, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)  # the step at hand
    moved_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)  # the loading
    undo_asked_by = models.CharField(max_length=100, blank=True)
    undo_because = models.CharField(max_length=24, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)  # the content, and the report of rejected rows

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in UploadState]),
                name="records_upload_state_known",
            ),
            models.CheckConstraint(
                condition=Q(asked_at=None, asked_by="", asked_because="")
                | (Q(asked_at__isnull=False) & ~Q(asked_by="") & ~Q(asked_because="")),
                name="records_upload_asked_at_by",
            ),
            models.CheckConstraint(
                condition=Q(leased_until=None, lease_token=None)
                | Q(leased_until__isnull=False, lease_token__isnull=False),
                name="records_upload_lease_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.id}"


FIELDS = {
    "Upload": {
        "id": "internal",
        "name": "personal",
        "size": "internal",
        "columns": "internal",
        "unknown": "personal",  # whatever the first line said
        "state": "internal",
        "content": "internal",
        "rows": "internal",
        "read": "internal",
        "read_before": "internal",
        "created": "internal",
        "updated": "internal",
        "same": "internal",
        "rejected": "internal",
        "problems": "internal",
        "failed_because": "internal",
        "sent_at": "internal",
        "sent_by": "internal",
        "asked_at": "internal",
        "asked_by": "internal",
        "asked_because": "internal",
        "began_at": "internal",
        "moved_at": "internal",
        "ended_at": "internal",
        "undo_asked_by": "internal",
        "undo_because": "internal",
        "leased_until": "internal",
        "lease_token": "internal",
        "destroyed_at": "internal",
    },
}
