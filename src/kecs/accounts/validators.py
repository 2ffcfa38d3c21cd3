"""The password policy as Django's validator interface wants it: registration and reset refuse the same passwords."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from kecs.accounts.messages import PASSWORD_PROBLEMS
from kecs.accounts.passwords import Policy, problems_of


class PasswordPolicy:
    """Names every reason at once."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError with one message a reason. `user` may be any object with username and email."""
        personal = [
            getattr(user, name, "") or "" for name in ("username", "email", "first_name", "last_surname")
        ]
        problems = problems_of(password, policy=Policy(settings.KECS_PASSWORD_POLICY), personal=personal)
        if problems:
            raise ValidationError(
                [ValidationError(PASSWORD_PROBLEMS[problem], code=problem) for problem in problems]
            )

    def get_help_text(self) -> str:
        """Pages show the rules as a list of their own."""
        return ""
