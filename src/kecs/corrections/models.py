"""Requests for corrections, and the documents that came with them; everything a person wrote or sent is sealed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from kecs.corrections.kinds import DocumentState, Paper, State
from kecs.pii.fields import SealedField


class Correction(models.Model):
    """One request. `asked_sealed` holds what is right, as typed, `before_sealed` what stood before it was accepted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="corrections"
    )
    case_id = models.UUIDField(unique=True)
    conflict_case_id = models.UUIDField(null=True, blank=True)  # somebody else has the SSN asked for
    contest_case_id = models.UUIDField(null=True, blank=True)  # "this wasn't me"
    facts = models.JSONField(default=list)  # the words of kinds.Fact
    why = models.CharField(max_length=16)
    asked_sealed = SealedField()
    before_sealed = SealedField()
    state = models.CharField(max_length=16, default=State.OPEN.value)
    asked_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=100, blank=True)
    reason_sealed = SealedField()  # what staff wrote to the person

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state=State.OPEN.value),
                name="corrections_one_open_an_account",
            ),
            models.CheckConstraint(
                condition=Q(state=State.OPEN.value, closed_at=None, closed_by="")
                | (~Q(state=State.OPEN.value) & Q(closed_at__isnull=False) & ~Q(closed_by="")),
                name="corrections_closed_at_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="corrections_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.id}"


class Document(models.Model):
    """One file of a request. Its content stands in DocumentPart until it is refused or destroyed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="documents")
    name = models.CharField(max_length=100, blank=True)  # as the person called it; never a path
    kind = models.CharField(max_length=8)  # the words of kecs.corrections.content.KINDS
    size = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32)  # SHA-256 of what is kept; outlives it
    state = models.CharField(max_length=16)
    found = models.CharField(max_length=64, blank=True)  # the scanner's word for what it found
    sent_at = models.DateTimeField(default=timezone.now)
    scanned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["sent_at"],
                condition=Q(state__in=[DocumentState.WAITING.value, DocumentState.NOT_SCANNED.value]),
                name="corrections_scanned_next",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DocumentState]),
                name="corrections_document_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"document {self.id}"


class DocumentPart(models.Model):
    """A piece of a document's content, sealed for its place among the others."""

    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="parts", db_index=False
    )  # the constraint has the index
    number = models.PositiveSmallIntegerField()
    content_sealed = SealedField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="corrections_part_once"),
        ]

    def __str__(self) -> str:
        return f"part {self.number} of document {self.document_id}"


class DeskCorrection(models.Model):
    """Facts that staff corrected after they saw a document. `before_sealed` holds what stood there, for as long as documents are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(
        "records.EducatorRecord", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    facts = models.JSONField(default=list)  # the words of kinds.Fact
    why = models.CharField(max_length=16)
    paper = models.CharField(max_length=24)
    before_sealed = SealedField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.CharField(max_length=100)
    contest_case_id = models.UUIDField(null=True, blank=True)  # "this wasn't me"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paper__in=[paper.value for paper in Paper]), name="corrections_paper_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["made_at"],
                condition=Q(before_sealed__isnull=False),
                name="corrections_forget_next",
            ),
        ]

    def __str__(self) -> str:
        return f"desk correction {self.id}"


FIELDS = {
    "DeskCorrection": {
        "id": "internal",
        "record": "internal",
        "account": "internal",
        "facts": "internal",
        "why": "personal",
        "paper": "internal",
        "before_sealed": "secret",
        "made_at": "internal",
        "made_by": "internal",
        "contest_case_id": "internal",
    },
    "Correction": {
        "id": "internal",
        "account": "internal",
        "case_id": "internal",
        "conflict_case_id": "internal",
        "contest_case_id": "internal",
        "facts": "internal",
        "why": "personal",
        "asked_sealed": "secret",
        "before_sealed": "secret",
        "state": "internal",
        "asked_at": "internal",
        "closed_at": "internal",
        "closed_by": "internal",
        "reason_sealed": "personal",
    },
    "Document": {
        "id": "internal",
        "correction": "internal",
        "name": "personal",
        "kind": "internal",
        "size": "internal",
        "digest": "internal",
        "state": "internal",
        "found": "internal",
        "sent_at": "internal",
        "scanned_at": "internal",
    },
    "DocumentPart": {
        "id": "internal",
        "document": "internal",
        "number": "internal",
        "content_sealed": "secret",
    },
}
