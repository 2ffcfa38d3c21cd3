"""Long pieces of work and how far they have come; a part of models.py, in a file of its own for its length."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Run(models.Model):
    """A long piece of work over many records, and how far it has come; its place moves in the transaction of each batch.

    So whoever starts the same work again, after a crash or beside it, goes on there, and no batch is done twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16)
    content = models.CharField(max_length=64)  # of a file, its SHA-256
    place = models.CharField(max_length=64)
    read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=dict)  # how often each code was told
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.CharField(max_length=100)
    moved_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    whole = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=100, blank=True)
    removed = models.PositiveIntegerField(default=0)  # records it had created, gone again
    restored = models.PositiveIntegerField(default=0)  # records it had changed, as they stood before

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "content"], condition=Q(ended_at=None), name="records_one_open_run"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by="") | (Q(undone_at__isnull=False) & ~Q(undone_by="")),
                name="records_run_undone_at_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.place}"


FIELDS = {
    "Run": {
        "id": "internal",
        "kind": "internal",
        "content": "internal",
        "place": "internal",
        "read": "internal",
        "created": "internal",
        "updated": "internal",
        "same": "internal",
        "rejected": "internal",
        "problems": "internal",
        "started_at": "internal",
        "started_by": "internal",
        "moved_at": "internal",
        "ended_at": "internal",
        "whole": "internal",
        "undone_at": "internal",
        "undone_by": "internal",
        "removed": "internal",
        "restored": "internal",
    },
}
