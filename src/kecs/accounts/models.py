"""A sign-in and the confirmation of its e-mail address; addresses themselves are django-allauth's EmailAddress."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from kecs.accounts.passwords import normalised
from kecs.pii.fields import SealedField


class User(AbstractBaseUser):
    """An account. It says nothing about who the person is: that is a holding of a record, in the records room."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=30)
    email = models.EmailField(max_length=254)  # the address for mail, kept equal to the primary EmailAddress
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(
        default=False
    )  # works at the agency; opens the console, behind a second factor
    language = models.CharField(max_length=8, default="en")
    created_at = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="accounts_username_once_in_any_case")]

    def __str__(self) -> str:
        return f"account {self.id}"

    def set_password(self, raw_password: str | None) -> None:
        """As Django's, over the password's one form."""
        super().set_password(None if raw_password is None else normalised(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """As Django's, over the password's one form."""
        return super().check_password(None if raw_password is None else normalised(raw_password))


class HeldRole(models.Model):
    """A role that an account holds at the agency, since when and given by whom; is_staff says that there is one."""

    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="held_roles")
    role = models.CharField(max_length=32)
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "role"], name="accounts_role_held_once")]

    def __str__(self) -> str:
        return f"{self.role} of {self.account_id}"


class EmailConfirmation(models.Model):
    """The one live token that confirms one address of an account; only its digest is kept."""

    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_confirmations")
    email = models.EmailField(max_length=254)
    token_digest = models.BinaryField(max_length=32, unique=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "email"], name="accounts_one_live_token_an_address")
        ]

    def __str__(self) -> str:
        return f"confirmation for {self.account_id}"


class ConfirmedSince(models.Model):
    """Since when an address is confirmed: an undo keeps those that were there before the thief could be."""

    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="confirmed_since")
    email = models.EmailField(max_length=254)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "email"], name="accounts_confirmed_since_once")
        ]

    def __str__(self) -> str:
        return f"confirmed for {self.account_id}"


class AddressUndo(models.Model):
    """The link in the mail to an address that lost its place: for ten days it gives the place back."""

    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="address_undos")
    email = models.EmailField(max_length=254)
    token_digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"undo for {self.account_id}"


class AccountSession(models.Model):
    """A browser that is signed in: enough for its owner to know it again, and for the clock to end it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    stored_key = models.CharField(
        max_length=40, unique=True
    )  # the session's row, which holds a digest of its key
    browser = models.CharField(max_length=60)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"session of {self.account_id}"


class Recovery(models.Model):
    """A person asks to get into an account again that she has no way into; staff decide, and a day goes by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=16)
    language = models.CharField(max_length=8)
    facts_sealed = SealedField(
        null=False, blank=False
    )  # what was typed: name, username, new address, message
    token_digest = models.BinaryField(max_length=32, unique=True)  # of the link to the new address
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    account = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="recoveries")
    decided_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    cancel_digest = models.BinaryField(max_length=32, unique=True, null=True)
    # Of one that staff started for a caller: who, and the link in the first notice, which works beside that of the second.
    started_by = models.CharField(max_length=100, default="", blank=True)
    first_cancel_digest = models.BinaryField(max_length=32, unique=True, null=True)
    # Of one that was asked for on the public page, by anybody: who of staff said yes first. A colleague must, too.
    agreed_by = models.CharField(max_length=100, default="", blank=True)
    # Whether it was approved by somebody who may let a colleague in.
    opens_staff = models.BooleanField(default=False)
    # Who of staff works on it, so that two do not do the same.
    taken_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(name="accounts_recovery_due", fields=["status", "due_at"])]

    def __str__(self) -> str:
        return f"recovery {self.id} {self.status}"


class Device(models.Model):
    """A browser in which somebody signed in to this account; its cookie holds the token, this table the digest."""

    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    token_digest = models.BinaryField(max_length=32, unique=True)
    browser = models.CharField(max_length=60)  # coarse: "Firefox, Windows"
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True)  # empty until its first sign-in is in a mail to the owner

    def __str__(self) -> str:
        return f"device of {self.account_id}"


FIELDS = {
    "Device": {
        "id": "internal",
        "account": "internal",
        "token_digest": "secret",
        "browser": "personal",
        "first_seen": "personal",
        "last_seen": "personal",
        "told_at": "internal",
    },
    "User": {
        "id": "internal",
        "username": "personal",
        "email": "personal",
        "is_active": "internal",
        "is_staff": "internal",
        "language": "personal",
        "created_at": "internal",
        "password": "secret",
        "last_login": "internal",
    },
    "HeldRole": {
        "id": "internal",
        "account": "internal",
        "role": "internal",
        "given_at": "internal",
        "given_by": "internal",
    },
    "EmailConfirmation": {
        "id": "internal",
        "account": "internal",
        "email": "personal",
        "token_digest": "secret",
        "sent_at": "internal",
        "expires_at": "internal",
    },
    "ConfirmedSince": {"id": "internal", "account": "internal", "email": "personal", "since": "internal"},
    "AddressUndo": {
        "id": "internal",
        "account": "internal",
        "email": "personal",
        "token_digest": "secret",
        "made_at": "internal",
        "expires_at": "internal",
    },
    "AccountSession": {
        "id": "internal",
        "account": "internal",
        "stored_key": "secret",
        "browser": "personal",
        "begun_at": "personal",
        "seen_at": "personal",
    },
    "Recovery": {
        "id": "internal",
        "status": "internal",
        "language": "personal",
        "facts_sealed": "secret",
        "token_digest": "secret",
        "asked_at": "internal",
        "confirmed_at": "internal",
        "account": "internal",
        "decided_at": "internal",
        "due_at": "internal",
        "cancel_digest": "secret",
        "started_by": "internal",
        "first_cancel_digest": "secret",
        "agreed_by": "internal",
        "opens_staff": "internal",
        "taken_by": "internal",
    },
}
