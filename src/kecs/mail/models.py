"""One row a mail: what waits to be written, what waits to be sent, and what became of what was sent. Only this room reads it."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from kecs.mail.statuses import Status
from kecs.pii.fields import SealedField


class OutboxMessage(models.Model):
    """A mail to one address. Its text holds live links: sealed while it waits, gone once sent or refused."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # Made when queued and never changed: sent twice after a crash, it is one mail to the reader's program.
    message_id = models.CharField(max_length=255, unique=True)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    kind = models.CharField(max_length=64)
    body_sealed = SealedField()
    status = models.CharField(max_length=16, default=Status.QUEUED.value)
    attempts = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField()
    queued_by = models.CharField(max_length=100)
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error_code = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mail_text_is_kept_only_while_it_waits",
                condition=Q(status="queued", body_sealed__isnull=False)
                | (~Q(status="queued") & Q(body_sealed__isnull=True)),
            ),
            models.CheckConstraint(
                name="mail_sent_has_its_time",
                # One that came back had been sent before.
                condition=Q(status="sent", sent_at__isnull=False)
                | Q(status="bounced")
                | (~Q(status__in=["sent", "bounced"]) & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="mail_lease_is_whole",
                condition=Q(leased_until__isnull=True, lease_token__isnull=True)
                | Q(leased_until__isnull=False, lease_token__isnull=False, status="queued"),
            ),
            models.CheckConstraint(
                name="mail_headers_are_one_line",
                condition=~(
                    Q(to__contains="\n")
                    | Q(to__contains="\r")
                    | Q(subject__contains="\n")
                    | Q(subject__contains="\r")
                ),
            ),
        ]
        indexes = [
            models.Index(name="mail_due", fields=["next_attempt_at"], condition=Q(status="queued")),
            models.Index(name="mail_to_latest", fields=["to", "-queued_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class Errand(models.Model):
    """A mail that was asked for and is not written yet, or turns out to be none or several; gone once they are queued.

    A request makes one of these, and nothing else, whoever the address belongs to. The address is sealed with the
    facts, and the sealed value has one length for all: the table tells no more than that somebody asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=64)
    facts_sealed = SealedField(null=False, blank=False)
    attempts = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField()
    queued_by = models.CharField(max_length=100)
    next_attempt_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="mail_errand_due", fields=["next_attempt_at"])]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"


FIELDS = {
    "OutboxMessage": {
        "id": "internal",
        "message_id": "internal",
        "to": "personal",
        "subject": "internal",
        "kind": "internal",
        "body_sealed": "secret",
        "status": "internal",
        "attempts": "internal",
        "queued_at": "internal",
        "queued_by": "internal",
        "next_attempt_at": "internal",
        "leased_until": "internal",
        "lease_token": "internal",
        "sent_at": "internal",
        "last_error_code": "internal",
    },
    "Errand": {
        "id": "internal",
        "kind": "internal",
        "facts_sealed": "secret",
        "attempts": "internal",
        "queued_at": "internal",
        "queued_by": "internal",
        "next_attempt_at": "internal",
    },
}
