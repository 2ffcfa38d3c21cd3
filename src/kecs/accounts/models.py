"""A sign-in and the confirmation of its e-mail address; addresses themselves are django-allauth's EmailAddress."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from kecs.accounts.passwords import normalised


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


class EmailConfirmation(models.Model):
    """The one live token that confirms an account's address; only its digest is kept."""

    account = models.OneToOneField(User, on_delete=models.CASCADE, related_name="email_confirmation")
    email = models.EmailField(max_length=254)
    token_digest = models.BinaryField(max_length=32, unique=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"confirmation for {self.account_id}"


FIELDS = {
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
    "EmailConfirmation": {
        "id": "internal",
        "account": "internal",
        "email": "personal",
        "token_digest": "secret",
        "sent_at": "internal",
        "expires_at": "internal",
    },
}
