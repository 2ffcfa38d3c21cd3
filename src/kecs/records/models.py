"""What the agency holds on a person, and what a person stated about herself. Who holds which record: holding.py. Names
that staff find people by: name_key_rows.py.

Constraints carry the invariants; sealed columns open only through kecs.pii.fields.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from kecs.pii.fields import SealedField
from kecs.records.holding import Holding
from kecs.records.legal_hold import HeldAddress, LegalHold
from kecs.records.merged import RecordMerge, RecordNumber
from kecs.records.name_key_rows import NameKey, StatedNameKey
from kecs.records.record_ids import new_record_id
from kecs.records.run import Run
from kecs.records.undo import NotUndone, UndoBatch
from kecs.records.upload import Upload


class EducatorRecord(models.Model):
    """The agency's record of one educator. Names as in Ed-Fi; SSN and birth date are sealed."""

    id = models.UUIDField(primary_key=True, default=new_record_id, editable=False)
    staff_unique_id = models.CharField(max_length=32)
    first_name = models.CharField(max_length=128, blank=True)
    middle_name = models.CharField(max_length=128, blank=True)
    last_surname = models.CharField(max_length=128, blank=True)
    generation_code_suffix = models.CharField(max_length=10, blank=True)
    birth_date_sealed = SealedField()
    ssn_sealed = SealedField()  # nine digits, or the last four where no more is known
    contact_email = models.EmailField(max_length=254, blank=True)
    deceased = models.BooleanField(default=False)
    # Rises by one whenever a name, birth date or SSN changes; a trigger refuses a change without it.
    identity_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Not unique=True: on PostgreSQL Django would add an index for LIKE.
            models.UniqueConstraint(
                fields=["staff_unique_id"], name="records_one_record_per_staff_unique_id"
            ),
        ]
        indexes = [
            models.Index(
                Lower("contact_email"),
                condition=Q(contact_email__gt=""),
                name="records_by_contact_email",
            ),
        ]

    def __str__(self) -> str:
        return f"record {self.staff_unique_id}"


class OtherName(models.Model):
    """A name that the person had or uses besides (Ed-Fi OtherName); never removed by an import."""

    record = models.ForeignKey(EducatorRecord, on_delete=models.CASCADE, related_name="other_names")
    first_name = models.CharField(max_length=128, blank=True)
    last_surname = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "first_name", "last_surname"], name="records_other_name_once"
            ),
            models.CheckConstraint(
                condition=~Q(first_name="", last_surname=""), name="records_other_name_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"other name of {self.record_id}"


class IdentityKey(models.Model):
    """A search key: the keyed digest of birth date with last 4, or of a full SSN. The public pages may look these up.

    It leads to a record or, for somebody who created a new account, to what she stated, so that a search finds both
    in one probe. No SSN stands here twice, whether its owner is on file or waits to be.
    """

    record = models.ForeignKey(
        EducatorRecord, null=True, blank=True, on_delete=models.CASCADE, related_name="identity_keys"
    )
    stated = models.ForeignKey(
        "StatedIdentity",
        null=True,
        blank=True,
        db_index=False,  # the constraint below has the index, without the millions of empty ones
        on_delete=models.CASCADE,
        related_name="identity_keys",
    )
    kind = models.CharField(max_length=32)
    key_id = models.PositiveSmallIntegerField()
    digest = models.BinaryField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "record"], name="records_identity_key_once"),
            models.UniqueConstraint(
                fields=["stated", "digest"],
                condition=Q(stated__isnull=False),
                name="records_stated_identity_key_once",
            ),
            models.UniqueConstraint(
                fields=["digest"], condition=Q(kind="ssn"), name="records_one_person_per_ssn"
            ),
            models.CheckConstraint(
                condition=Q(record__isnull=True) ^ Q(stated__isnull=True),
                name="records_identity_key_leads_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} key of {self.record_id or self.stated_id}"


class LinkageKey(models.Model):
    """A linkage key: the keyed digest of a fact with the sound of a name. No page that a stranger opens looks these up."""

    pk = models.CompositePrimaryKey("digest", "record_id")
    digest = models.BinaryField(max_length=8)
    record = models.ForeignKey(EducatorRecord, on_delete=models.CASCADE, related_name="linkage_keys")
    key_id = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"linkage key of {self.record_id}"


class StatedIdentity(models.Model):
    """What a person said about herself. A trigger refuses changes: a correction is a row with the next number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(  # the constraint below has the index
        settings.AUTH_USER_MODEL, db_index=False, on_delete=models.CASCADE, related_name="stated_identity"
    )
    number = models.PositiveSmallIntegerField(default=1)
    first_name = models.CharField(max_length=128)
    last_surname = models.CharField(max_length=128)
    birth_date_sealed = SealedField()
    ssn_sealed = SealedField()  # nine digits where the whole number was asked, else the last four
    stated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="records_stated_once")]

    def __str__(self) -> str:
        return f"stated identity of {self.account_id}"


class WaitingIdentity(models.Model):
    """A stated identity that nobody on file has, waiting for `kecs settle` to look for near ones. Gone once settled."""

    stated = models.OneToOneField(
        StatedIdentity, primary_key=True, on_delete=models.CASCADE, related_name="waiting"
    )
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.stated_id} waits"


class Case(models.Model):
    """Something that staff must decide, with the records it is about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=32, db_index=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    # The other side, where it is an account: it holds the record, or waits as well.
    other_account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    records = models.ManyToManyField(EducatorRecord, related_name="cases")
    because = models.JSONField(default=list)
    # What the person wrote or stated where no account holds it (a request without an SSN), sealed.
    facts_sealed = SealedField()
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.CharField(max_length=100)
    due_on = models.DateField()  # kecs.records.targets, in the agency's time zone
    # Who of staff works on it, so that two do not do the same.
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by="") | (Q(closed_at__isnull=False) & ~Q(closed_by="")),
                name="records_case_closed_at_by",
            ),
        ]
        indexes = [
            models.Index(
                name="records_case_queue", fields=["due_on", "opened_at", "id"], condition=Q(closed_at=None)
            ),
            # Holds all that the counts over the queue need, so that no row is read for them.
            models.Index(
                name="records_case_counts", fields=["kind", "due_on", "taken_by"], condition=Q(closed_at=None)
            ),
            models.Index(
                name="records_case_closed", fields=["closed_at", "id"], condition=Q(closed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} case {self.id}"


class LinkedPair(models.Model):
    """Two records that batch linkage took for one person's, the case made of them, and what it weighed.

    It outlives the closing of the case, so that what staff have decided is not asked again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=32)
    first = models.ForeignKey(EducatorRecord, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(EducatorRecord, on_delete=models.CASCADE, related_name="+")
    case = models.OneToOneField(
        Case, null=True, blank=True, on_delete=models.SET_NULL, related_name="linked_pair"
    )
    weight = models.FloatField()  # in bits
    waterfall = models.JSONField(default=list)  # kecs.records.linkage.waterfall
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second", "kind"], name="records_linked_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=models.F("second")), name="records_linked_pair_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.first_id} and {self.second_id}"


__all__ = [
    "Case",
    "EducatorRecord",
    "HeldAddress",
    "Holding",  # in its own file, and known to Django through this one
    "IdentityKey",
    "LegalHold",
    "LinkageKey",
    "LinkedPair",
    "NameKey",  # in their own file, as well
    "NotUndone",
    "OtherName",
    "RecordMerge",
    "RecordNumber",
    "Run",
    "StatedIdentity",
    "StatedNameKey",
    "UndoBatch",
    "Upload",
    "WaitingIdentity",
]

# Each column's class of information: public, internal, personal or secret. A test demands every one.
FIELDS = {
    "EducatorRecord": {
        "id": "internal",
        "staff_unique_id": "personal",
        "first_name": "personal",
        "middle_name": "personal",
        "last_surname": "personal",
        "generation_code_suffix": "personal",
        "birth_date_sealed": "secret",
        "ssn_sealed": "secret",
        "contact_email": "personal",
        "deceased": "personal",
        "identity_version": "internal",
        "created_at": "internal",
        "updated_at": "internal",
    },
    "OtherName": {
        "id": "internal",
        "record": "internal",
        "first_name": "personal",
        "last_surname": "personal",
    },
    "IdentityKey": {
        "id": "internal",
        "record": "internal",
        "stated": "internal",
        "kind": "internal",
        "key_id": "internal",
        "digest": "secret",
    },
    "LinkageKey": {
        "digest": "secret",
        "record": "internal",
        "key_id": "internal",
    },
    "StatedIdentity": {
        "id": "internal",
        "account": "internal",
        "number": "internal",
        "first_name": "personal",
        "last_surname": "personal",
        "birth_date_sealed": "secret",
        "ssn_sealed": "secret",
        "stated_at": "internal",
    },
    "WaitingIdentity": {
        "stated": "internal",
        "since": "internal",
    },
    "Case": {
        "id": "internal",
        "kind": "internal",
        "account": "internal",
        "other_account": "internal",
        "records": "internal",
        "because": "internal",
        "facts_sealed": "secret",
        "opened_at": "internal",
        "opened_by": "internal",
        "due_on": "internal",
        "taken_by": "internal",
        "closed_at": "internal",
        "closed_by": "internal",
        "outcome": "internal",
    },
    "LinkedPair": {
        "id": "internal",
        "kind": "internal",
        "first": "internal",
        "second": "internal",
        "case": "internal",
        "weight": "internal",
        "waterfall": "internal",
        "found_at": "internal",
    },
}
