"""What this room records."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event
from kecs.audit.owasp import Owasp


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Event):
    """An account was opened at the end of a registration."""

    code: ClassVar[str] = "accounts.account_opened"
    owasp: ClassVar[Owasp | None] = Owasp.USER_CREATED


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    """A sign-in was complete: the password and, where there is one, the second step, or a passkey alone.

    `factor` is the second factor that was shown: password (none), totp, webauthn or recovery_codes.
    """

    code: ClassVar[str] = "accounts.signed_in"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_LOGIN_SUCCESS

    factor: str = "password"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(Event):
    """A sign-in with a wrong password or an unknown name. The typed name is not recorded."""

    code: ClassVar[str] = "accounts.sign_in_failed"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_LOGIN_FAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(Event):
    """Somebody signed out."""

    code: ClassVar[str] = "accounts.signed_out"
    owasp: ClassVar[Owasp | None] = Owasp.SESSION_EXPIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorAdded(Event):
    """An authenticator app or a passkey was set up for an account."""

    code: ClassVar[str] = "accounts.second_factor_added"
    owasp: ClassVar[Owasp | None] = Owasp.USER_UPDATED

    factor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRemoved(Event):
    """An authenticator app or a passkey was removed from an account by its owner."""

    code: ClassVar[str] = "accounts.second_factor_removed"
    owasp: ClassVar[Owasp | None] = Owasp.USER_UPDATED

    factor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRenamed(Event):
    """A passkey got another name."""

    code: ClassVar[str] = "accounts.passkey_renamed"
    owasp: ClassVar[Owasp | None] = Owasp.USER_UPDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesMade(Event):
    """A new set of recovery codes was made; the set before it ended."""

    code: ClassVar[str] = "accounts.recovery_codes_made"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_TOKEN_CREATED


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(Event):
    """A recovery code was used, and works no more."""

    code: ClassVar[str] = "accounts.recovery_code_used"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_TOKEN_REVOKED


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStepFailed(Event):
    """The password was right, and the code or passkey after it was not."""

    code: ClassVar[str] = "accounts.second_step_failed"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_LOGIN_FAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAgain(Event):
    """Somebody who was signed in showed again that it is she, for a risky act."""

    code: ClassVar[str] = "accounts.shown_again"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_LOGIN_SUCCESS

    factor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """The password was changed by its owner while signed in; her other sessions ended."""

    code: ClassVar[str] = "accounts.password_changed"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_PASSWORD_CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven(Event):
    """An account was given a role at the agency: it opens the pages of that role, behind a second factor."""

    code: ClassVar[str] = "accounts.role_given"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_CHANGE
    is_alarm: ClassVar[bool] = True

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTaken(Event):
    """A role at the agency was taken from an account."""

    code: ClassVar[str] = "accounts.role_taken"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_CHANGE
    is_alarm: ClassVar[bool] = True

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationSent(Event):
    """A link that confirms an e-mail address was queued."""

    code: ClassVar[str] = "accounts.confirmation_sent"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_TOKEN_CREATED


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailConfirmed(Event):
    """The account's e-mail address was confirmed."""

    code: ClassVar[str] = "accounts.email_confirmed"
    owasp: ClassVar[Owasp | None] = Owasp.USER_UPDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChanged(Event):
    """The account's unconfirmed address was replaced by another."""

    code: ClassVar[str] = "accounts.email_changed"
    owasp: ClassVar[Owasp | None] = Owasp.USER_UPDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(Event):
    """A link to choose a new password was queued."""

    code: ClassVar[str] = "accounts.password_reset_requested"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_TOKEN_CREATED


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset(Event):
    """A new password was chosen through a link; every session of the account ended."""

    code: ClassVar[str] = "accounts.password_reset"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_PASSWORD_CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class UsernamesSent(Event):
    """The usernames that belong to an address were queued to it."""

    code: ClassVar[str] = "accounts.usernames_sent"
    owasp: ClassVar[Owasp | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsEnded(Event):
    """Every session of the account ended, but perhaps the one that asked for it."""

    code: ClassVar[str] = "accounts.sessions_ended"
    owasp: ClassVar[Owasp | None] = Owasp.SESSION_EXPIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """The owner ended one of her sessions on another device."""

    code: ClassVar[str] = "accounts.session_ended"
    owasp: ClassVar[Owasp | None] = Owasp.SESSION_EXPIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTimedOut(Event):
    """A session ended because nobody used it for too long, or because it was too old."""

    code: ClassVar[str] = "accounts.session_timed_out"
    owasp: ClassVar[Owasp | None] = Owasp.SESSION_EXPIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressAdded(Event):
    """An address was added to an account, not confirmed yet."""

    code: ClassVar[str] = "accounts.address_added"
    owasp: ClassVar[Owasp | None] = Owasp.USER_UPDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRemoved(Event):
    """An address was removed from an account by its owner."""

    code: ClassVar[str] = "accounts.address_removed"
    owasp: ClassVar[Owasp | None] = Owasp.USER_UPDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryAddressChosen(Event):
    """Mail to an account goes to another of its addresses from now on."""

    code: ClassVar[str] = "accounts.primary_address_chosen"
    owasp: ClassVar[Owasp | None] = Owasp.USER_UPDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChangeUndone(Event):
    """The link in a mail to the address before gave it its place back; sessions and password ended."""

    code: ClassVar[str] = "accounts.address_change_undone"
    owasp: ClassVar[Owasp | None] = Owasp.DISAVOW_ADDRESS
    is_alarm: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryAsked(Event):
    """Somebody who cannot get into an account any more asked for help, from a new address."""

    code: ClassVar[str] = "accounts.recovery_asked"
    owasp: ClassVar[Owasp | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryConfirmed(Event):
    """The new address of a recovery was confirmed: staff can see the request."""

    code: ClassVar[str] = "accounts.recovery_confirmed"
    owasp: ClassVar[Owasp | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryAssigned(Event):
    """A recovery came to be somebody's of staff, or nobody's; `was` and `now` are accounts, or empty."""

    code: ClassVar[str] = "accounts.recovery_assigned"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryAgreed(Event):
    """The first of staff said yes to a recovery that was asked for on the public page; nothing happens before a colleague does."""

    code: ClassVar[str] = "accounts.recovery_agreed"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryApproved(Event):
    """The second of staff approved a recovery; it happens a day later, unless somebody stops it."""

    code: ClassVar[str] = "accounts.recovery_approved"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRefused(Event):
    """Staff refused a recovery, or it could not be carried out when its day was over."""

    code: ClassVar[str] = "accounts.recovery_refused"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCancelled(Event):
    """A link in a notice, or staff, stopped every recovery of the account that was under way."""

    code: ClassVar[str] = "accounts.recovery_cancelled"
    owasp: ClassVar[Owasp | None] = Owasp.DISAVOW_RECOVERY
    is_alarm: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCompleted(Event):
    """An account was recovered: new address, no second step, and a password to be chosen."""

    code: ClassVar[str] = "accounts.recovery_completed"
    owasp: ClassVar[Owasp | None] = Owasp.USER_UPDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMet(Event):
    """Somebody signed in to the account on a device that it had not met. `first` is the device of the registration."""

    code: ClassVar[str] = "accounts.device_met"
    owasp: ClassVar[Owasp | None] = None
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInDisowned(Event):
    """The owner said of a sign-in that it was not hers: sessions ended, devices forgotten, the password good no more."""

    code: ClassVar[str] = "accounts.sign_in_disowned"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_LOGIN_LOCK
    is_alarm: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordEnded(Event):
    """Staff unlocked a sign-in after its full stop: the password works no more, and a link to choose a new one went out."""

    code: ClassVar[str] = "accounts.password_ended"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_PASSWORD_CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInUnlocked(Event):
    """Staff set an account's failed sign-ins and codes back to nothing; `failures` is how many there were."""

    code: ClassVar[str] = "accounts.sign_in_unlocked"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN

    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryStarted(Event):
    """Staff started a recovery for somebody who called: when the new address works, a colleague decides it."""

    code: ClassVar[str] = "accounts.recovery_started"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDestroyed(Event):
    """An account and what was stated in it are gone, because its address was never confirmed."""

    code: ClassVar[str] = "accounts.account_destroyed"
    owasp: ClassVar[Owasp | None] = Owasp.USER_DELETED

    because: str
