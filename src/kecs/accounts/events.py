"""What this room records."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Event):
    """An account was opened at the end of a registration."""

    code: ClassVar[str] = "accounts.account_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    """Somebody signed in with the right password."""

    code: ClassVar[str] = "accounts.signed_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(Event):
    """A sign-in with a wrong password or an unknown name. The typed name is not recorded."""

    code: ClassVar[str] = "accounts.sign_in_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(Event):
    """Somebody signed out."""

    code: ClassVar[str] = "accounts.signed_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationSent(Event):
    """A link that confirms an e-mail address was queued."""

    code: ClassVar[str] = "accounts.confirmation_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailConfirmed(Event):
    """The account's e-mail address was confirmed."""

    code: ClassVar[str] = "accounts.email_confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChanged(Event):
    """The account's unconfirmed address was replaced by another."""

    code: ClassVar[str] = "accounts.email_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(Event):
    """A link to choose a new password was queued."""

    code: ClassVar[str] = "accounts.password_reset_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset(Event):
    """A new password was chosen through a link; every session of the account ended."""

    code: ClassVar[str] = "accounts.password_reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsernamesSent(Event):
    """The usernames that belong to an address were queued to it."""

    code: ClassVar[str] = "accounts.usernames_sent"
