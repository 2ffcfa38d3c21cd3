"""The words of this room: why a username or password is refused."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

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
    PasswordProblem.PERSONAL: _(
        "Your password has your own name, username, email or birth date in it. Leave those out."
    ),
    PasswordProblem.OUR_WORDS: _(
        "Your password is mostly words that everyone here would think of, such as Kentucky or teacher. Use other words."
    ),
    PasswordProblem.GUESSABLE: _(
        "This password is easy to guess. Try three or four words that do not belong together, with a number."
    ),
    PasswordProblem.BREACHED: _(
        "This password was stolen from another website, so thieves will try it. Choose one that you use nowhere else."
    ),
}

# The rules in the guide's words, as the page lists them before anything is typed.
PASSWORD_RULES = {
    PasswordProblem.TOO_SHORT: _("at least %(length)d characters"),
    PasswordProblem.NO_UPPERCASE: _("at least one uppercase letter"),
    PasswordProblem.NO_LOWERCASE: _("at least one lowercase letter"),
    PasswordProblem.NO_NUMBER: _("at least one number"),
    PasswordProblem.NO_SPECIAL: _("at least one special character (!, @, #, $, etc)"),
}

# What a password that keeps the rule matches, for the page's script that ticks along.
PATTERNS = {
    PasswordProblem.TOO_SHORT: ".{%(length)d,}",
    PasswordProblem.NO_UPPERCASE: r"\p{Lu}",
    PasswordProblem.NO_LOWERCASE: r"\p{Ll}",
    PasswordProblem.NO_NUMBER: r"\p{Nd}",
    PasswordProblem.NO_SPECIAL: r"[^\p{L}\p{N}]",
}

PASSWORDS_DIFFER = _("The two passwords are not the same. Type the same password in both boxes.")
USERNAME_SHAPE = _(
    "Use 3 to 30 letters or numbers for your username. You may also use a period, hyphen or underscore."
)
USERNAME_TAKEN = _("Someone else has this username. Try another one, for example %(suggestion)s.")
USERNAME_TRIES = _("You have tried many usernames. Please use this one: %(suggestion)s.")
TOO_LONG = _("This is too long. Use %(limit_value)d characters or fewer.")
EMAIL_SHAPE = _("Enter an email address in the form name@example.com.")
SIGN_IN_FAILED = _(
    "The username or email and the password do not go together. Check both, or use a link below."
)
NOT_CHECKED = "robot"  # the code of a refusal by the box I'm not a robot
# Never one of them, so that no text needs a form for one.
WAIT_SECONDS = _(
    "Too many tries to sign in. Wait %(count)d seconds and try again, or choose a new password under Forgot password."
)
WAIT_MINUTES = _(
    "Too many tries to sign in. Wait %(count)d minutes and try again, or choose a new password under Forgot password."
)
STOPPED = _(
    "Too many tries to sign in. For safety, this password does not work any more. Choose a new one under Forgot "
    "password, then sign in."
)


def too_many_sign_ins(wait: timedelta | None) -> str:
    """How long to wait and what else to do; without a wait, only a new password helps."""
    if wait is None:
        return str(STOPPED)
    seconds = max(ceil(wait.total_seconds()), 2)
    if seconds < 120:
        return WAIT_SECONDS % {"count": seconds}
    return WAIT_MINUTES % {"count": ceil(seconds / 60)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the password policy as a page lists it, with the pattern that a password which keeps it matches."""

    text: str
    pattern: str


def password_rules() -> list[Rule]:
    """The rules of the policy in force, in order."""
    policy = Policy(settings.KECS_PASSWORD_POLICY)
    length = str(MIN_LENGTH[policy])
    return [
        Rule(
            text=str(PASSWORD_RULES[rule]).replace("%(length)d", length),
            pattern=PATTERNS[rule].replace("%(length)d", length),
        )
        for rule in RULES[policy]
    ]
