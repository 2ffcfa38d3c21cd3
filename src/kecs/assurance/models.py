"""Evidence, the codes that give it, the letters that carry them, and the notices with a way to say "this wasn't me".

A trigger of this room refuses level 2 to a holding without live evidence (migrations/0002).
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kecs.assurance.levels import EvidenceKind

HOLDING = "records.Holding"


class Evidence(models.Model):
    """One piece of evidence that the holder is the person of the record. Withdrawn when somebody said that she is not."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holding = models.ForeignKey(HOLDING, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=16)
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.CharField(max_length=100)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holding", "kind"],
                condition=Q(withdrawn_at=None),
                name="assurance_one_live_evidence_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in EvidenceKind]),
                name="assurance_evidence_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.holding_id}"


class ClaimCode(models.Model):
    """The one live code of a kind for a holding, as a keyed digest. Without `expires_at` it is printed and not yet posted."""

    holding = models.ForeignKey(HOLDING, on_delete=models.CASCADE, related_name="claim_codes")
    kind = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=16)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holding", "kind"], name="assurance_one_code_a_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=[EvidenceKind.CODE_TO_ADDRESS.value, EvidenceKind.LETTER_CODE.value]),
                name="assurance_code_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.holding_id}"


class Letter(models.Model):
    """A letter that somebody asked for, until staff have posted it to the address in the agency's own files."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holding = models.ForeignKey(HOLDING, on_delete=models.CASCADE, related_name="letters")
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.CharField(max_length=100)
    printed_at = models.DateTimeField(null=True, blank=True)
    printed_by = models.CharField(max_length=100, blank=True, db_default="")  # last; has read the code
    posted_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holding"], condition=Q(posted_at=None), name="assurance_one_letter_to_post"
            ),
            models.CheckConstraint(
                condition=Q(posted_at=None, posted_by="")
                | (Q(posted_at__isnull=False, printed_at__isnull=False) & ~Q(posted_by="")),
                name="assurance_letter_posted_at_by",
            ),
            models.CheckConstraint(
                condition=Q(posted_by="") | ~Q(posted_by=F("printed_by")),
                name="assurance_letter_takes_two",
            ),
        ]
        indexes = [
            models.Index(name="assurance_letters_to_post", fields=["asked_at"], condition=Q(posted_at=None))
        ]

    def __str__(self) -> str:
        return f"letter for {self.holding_id}"


class ClaimNotice(models.Model):
    """A notice that went out, and the digest of the token with which its reader may say "this wasn't me"."""

    holding = models.ForeignKey(HOLDING, on_delete=models.CASCADE, related_name="claim_notices")
    why = models.CharField(max_length=16)
    token_digest = models.BinaryField(max_length=32, unique=True)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.why} notice of {self.holding_id}"


FIELDS = {
    "Evidence": {
        "id": "internal",
        "holding": "internal",
        "kind": "internal",
        "given_at": "internal",
        "given_by": "internal",
        "withdrawn_at": "internal",
    },
    "ClaimCode": {
        "id": "internal",
        "holding": "internal",
        "kind": "internal",
        "digest": "secret",
        "made_at": "internal",
        "expires_at": "internal",
    },
    "Letter": {
        "id": "internal",
        "holding": "internal",
        "asked_at": "internal",
        "asked_by": "internal",
        "printed_at": "internal",
        "printed_by": "internal",
        "posted_at": "internal",
        "posted_by": "internal",
    },
    "ClaimNotice": {
        "id": "internal",
        "holding": "internal",
        "why": "internal",
        "token_digest": "secret",
        "sent_at": "internal",
        "expires_at": "internal",
        "used_at": "internal",
    },
}
