"""The password policy as Django's validator interface wants it: registration, change and reset refuse the same passwords."""

import logging
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import Form
from django.utils.translation import get_language

from kecs.accounts.breached import is_breached
from kecs.accounts.messages import PASSWORD_PROBLEMS
from kecs.accounts.passwords import PasswordProblem, Policy, problems_of
from kecs.accounts.personal_facts import PersonalFacts
from kecs.accounts.suggestions import suggested_password

PERSONAL_TEXTS = ("username", "first_name", "last_surname")


def our_words() -> list[str]:
    """The agency's name, and the words that everybody who works there would think of."""
    return [settings.KECS_AGENCY_NAME, *settings.KECS_PASSWORD_WORDS]


def personal_facts_of(user: Any) -> PersonalFacts:
    """What is known of `user`, any object with some of: username, email, first_name, last_surname, birth_date."""
    born = getattr(user, "birth_date", None)
    return PersonalFacts(
        texts=tuple(str(getattr(user, name, "") or "") for name in PERSONAL_TEXTS),
        email=str(getattr(user, "email", "") or ""),
        birth_date=born if isinstance(born, date) else None,
    )


def _is_on_the_list(password: str) -> bool:
    """Whether the operator's list holds it. A list that went away stops nobody from registering: the log says so."""
    if not settings.KECS_BREACHED_PASSWORDS:
        return False
    try:
        return is_breached(password, Path(settings.KECS_BREACHED_PASSWORDS))
    except OSError:
        logging.getLogger(__name__).exception("the list of breached passwords cannot be read")
        return False


def suggestion_for_page(user: Any = None) -> str:
    """A password in words of the page's language, that is made of nothing of hers."""
    return suggested_password(
        language=get_language() or "en", personal=personal_facts_of(user), our_words=our_words()
    )


def put_suggestion(form: Form, user: Any = None) -> str:
    """Puts a suggestion into the two boxes of the form, password1 and password2. Returns it, for the page to show."""
    suggestion = suggestion_for_page(user)
    for name in ("password1", "password2"):
        form.fields[name].widget.suggest(suggestion)
    return suggestion


class PasswordPolicy:
    """Names every reason at once."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError with one message a reason."""
        problems = problems_of(
            password,
            policy=Policy(settings.KECS_PASSWORD_POLICY),
            personal=personal_facts_of(user),
            our_words=our_words(),
        )
        if not problems and _is_on_the_list(password):
            problems = (PasswordProblem.BREACHED,)
        if problems:
            raise ValidationError(
                [ValidationError(PASSWORD_PROBLEMS[problem], code=problem) for problem in problems]
            )

    def get_help_text(self) -> str:
        """Pages show the rules as a list of their own."""
        return ""
