"""The words of this room: why a username or password is refused."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kecs.accounts.passwords import MIN_LENGTH, RULES, PasswordProblem, Policy

PASSWORD_PROBLEMS = {
    PasswordProblem.TOO_SHORT: _("Your password is too short. Make it longer."),
    PasswordProblem.TOO_LONG: _("Your password is too long. Use 128 characters or fewer."),
    PasswordProblem.NO_UPPERCASE: _("Add at least one uppercase letter to your password."),
    PasswordProblem.NO_LOWERCASE: _("Add at least one lowercase letter to your password."),
    PasswordProblem.NO_NUMBER: _("Add at least one number to your password."),
    PasswordProblem.NO_SPECIAL: _("Add at least one special character to your password (!, @, #, $, etc)."),
    PasswordProblem.PERSONAL: _("Your password has your own name, username or email in it. Leave those out."),
    PasswordProblem.GUESSABLE: _(
        "This password is easy to guess. Try three or four words that do not belong together, with a number."
    ),
}

# The rules as the page lists them before anything is typed; the first depends on the policy's length.
PASSWORD_RULES = {
    PasswordProblem.TOO_SHORT: _("At least %(length)d characters"),
    PasswordProblem.NO_UPPERCASE: _("One uppercase letter"),
    PasswordProblem.NO_LOWERCASE: _("One lowercase letter"),
    PasswordProblem.NO_NUMBER: _("One number"),
    PasswordProblem.NO_SPECIAL: _("One special character (!, @, #, $, etc)"),
}

PASSWORDS_DIFFER = _("The two passwords are not the same. Type the same password in both boxes.")
USERNAME_SHAPE = _(
    "Use 3 to 30 letters or numbers for your username. You may also use a period, hyphen or underscore."
)
USERNAME_TAKEN = _("Someone else has this username. Try another one, for example %(suggestion)s.")
USERNAME_TRIES = _("You have tried many usernames. Please use this one: %(suggestion)s.")
EMAIL_SHAPE = _("Enter an email address in the form name@example.com.")
SIGN_IN_FAILED = _("The username or email and the password do not go together. Check both, or use a link below.")
TOO_MANY_SIGN_INS = _(
    "Too many tries to sign in. Wait 15 minutes and try again, or choose a new password under Forgot password."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the password policy as a page lists it; `code` is what the page's script checks while one types."""

    code: str
    text: str
    length: int


def password_rules() -> list[Rule]:
    """The rules of the policy in force, in order."""
    policy = Policy(settings.KECS_PASSWORD_POLICY)
    length = MIN_LENGTH[policy]
    return [
        Rule(code=rule.value, text=str(PASSWORD_RULES[rule]).replace("%(length)d", str(length)), length=length)
        for rule in RULES[policy]
    ]
