"""What happened to an account, in sentences for its owner; from the audit log."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kecs.audit.queries import timeline

MOST = 50
WITH_FACTOR = {
    "password": _("You signed in with your password."),
    "totp": _("You signed in with your password and a code from your app."),
    "webauthn": _("You signed in with a passkey."),
    "recovery_codes": _("You signed in with your password and a recovery code."),
}
ADDED = {
    "totp": _("An authenticator app was added."),
    "webauthn": _("A passkey was added."),
}
REMOVED = {
    "totp": _("Your authenticator app was removed."),
    "webauthn": _("A passkey was removed."),
}
# An event that is not here is not shown.
SENTENCES = {
    "accounts.account_opened": _("Your account was made."),
    "accounts.confirmation_sent": _("We sent a link to confirm your email address."),
    "accounts.email_confirmed": _("Your email address was confirmed."),
    "accounts.email_changed": _("Your email address was changed."),
    "accounts.password_reset_requested": _("Someone asked for a link to choose a new password."),
    "accounts.password_reset": _("A new password was chosen through a link in an email."),
    "accounts.password_changed": _("Your password was changed."),
    "accounts.usernames_sent": _("Someone asked for your username by email."),
    "accounts.device_met": _("You signed in on a device that we did not know."),
    "accounts.sign_in_disowned": _("Someone told us that a sign-in was not you. Everyone was signed out."),
    "accounts.signed_out": _("You signed out."),
    "accounts.passkey_renamed": _("A passkey got a new name."),
    "accounts.recovery_codes_made": _("You got new recovery codes."),
    "accounts.recovery_code_used": _("A recovery code was used."),
    "accounts.second_step_failed": _("The password was right, but the second step was not."),
    "accounts.shown_again": _("You showed again that it is you."),
    "accounts.sessions_ended": _("You were signed out on other devices."),
    "accounts.session_ended": _("You signed out on another device."),
    "accounts.session_timed_out": _("You were signed out, because some time went by."),
    "accounts.address_added": _("An email address was added."),
    "accounts.address_removed": _("An email address was removed."),
    "accounts.primary_address_chosen": _("Another email address was chosen for mail."),
    "accounts.address_change_undone": _("A change of email addresses was taken back."),
    "accounts.password_ended": _("Our staff ended your password after too many tries. Choose a new one."),
    "accounts.sign_in_unlocked": _("Our staff unlocked your sign-in."),
    "accounts.recovery_started": _("Our staff started a new way into your account, for someone who called."),
    "accounts.recovery_agreed": _(
        "The first of two of our staff agreed to a request to get into your account."
    ),
    "accounts.recovery_approved": _("Our staff approved a request to get into your account."),
    "accounts.recovery_cancelled": _("A request to get into your account was stopped."),
    "accounts.recovery_completed": _("Your account got a new email address through our staff."),
    "accounts.role_given": _("You were given a role as staff."),
    "accounts.role_taken": _("A role as staff was taken from you."),
}
BY_FACTOR = {
    "accounts.signed_in": WITH_FACTOR,
    "accounts.second_factor_added": ADDED,
    "accounts.second_factor_removed": REMOVED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line: when, and what."""

    at: datetime
    sentence: str


def recent_activity(account_id: UUID) -> list[Happened]:
    """The newest first, no more than fifty."""
    events = timeline(f"account:{account_id}").filter(code__in=[*SENTENCES, *BY_FACTOR])
    found = []
    for event in events.order_by("-sequence")[:MOST]:
        by_factor = BY_FACTOR.get(event.code, {})
        sentence = SENTENCES.get(event.code) or by_factor.get(event.keys.get("factor", "password"))
        if sentence:
            found.append(Happened(at=event.at, sentence=str(sentence)))
    return found
