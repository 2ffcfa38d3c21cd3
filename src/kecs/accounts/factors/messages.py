"""The words of second factors."""

from django.utils.translation import gettext_lazy as _

CODE_WRONG = _("This code does not work. Wait for the next one in your app, or check what you typed.")
RECOVERY_CODE_WRONG = _("This code does not work. Check what you typed. Each recovery code works once.")
TOO_MANY_CODES = _(
    "Too many wrong codes. Wait one hour and try again, or use a passkey. If it was not you, choose a new password."
)
PASSKEY_FAILED = _("The passkey did not work. Try again, or use another way.")
PASSKEY_NEEDS_SCRIPT = _("A passkey needs JavaScript, which is off in this browser. Use another way.")
PASSKEY_SIGN_IN_FAILED = _(
    "We could not sign you in with this passkey. Try again, or use your username and password."
)
PASSWORD_WRONG = _(
    "This is not the password of your account. Check it and try again. After many tries you must wait 15 minutes."
)
TYPED_IS_KEPT = _("We kept what you typed. Check it and send it once more.")
