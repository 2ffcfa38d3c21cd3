"""Form fields for the facts that name a person; each says what to do in plain words and keeps no digits."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kecs.matching.dates import BirthDateError, parse_birth_date
from kecs.matching.names import NameProblem, NameRefused, check_name
from kecs.pii.ssn import Last4, Ssn, SsnError
from kecs.records.messages import BIRTH_DATE_PROBLEMS, LAST4_PROBLEMS, SSN_PROBLEMS
from kecs.ui.widgets import DateInput, LastFourInput, NameInput, SsnInput

Words = Any  # a text, or one that is translated when it is shown


class _FactField(forms.Field):
    """A text that is read into a value, with one message for each way it can be wrong."""

    def read(self, text: str) -> Any:
        """The value. Raises an error that carries a `code`."""
        raise NotImplementedError

    def message_for(self, code: Any) -> Words:
        """What to tell the person."""
        raise NotImplementedError

    def clean(self, value: Any) -> Any:
        """Raises ValidationError. None for a blank that may be left so."""
        if not self.required and not str(value or "").strip():
            return None
        try:
            return self.read(value if isinstance(value, str) else "")
        except (NameRefused, BirthDateError, SsnError) as error:
            raise ValidationError(self.message_for(error.code), code=error.code.value) from None


class NameField(_FactField):
    """A part of a person's name."""

    def __init__(self, *, problems: Mapping[NameProblem, Words], autocomplete: str, **kwargs: Any) -> None:
        self.problems = problems
        super().__init__(widget=NameInput(autocomplete=autocomplete), **kwargs)

    def read(self, text: str) -> str:
        return check_name(text)

    def message_for(self, code: Any) -> Words:
        return self.problems[code]


class BirthDateField(_FactField):
    """A birth date in any form that people type."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Date of Birth"))
        kwargs.setdefault("help_text", _("Use the format mm/dd/yyyy. For example: 04/09/1985"))
        super().__init__(widget=DateInput(), **kwargs)

    def read(self, text: str) -> date:
        return parse_birth_date(text, today=timezone.localdate())

    def message_for(self, code: Any) -> Words:
        return BIRTH_DATE_PROBLEMS[code]


class Last4Field(_FactField):
    """The last four digits of the SSN, never shown again."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Last 4 of your social"), widget=LastFourInput(), **kwargs)

    def read(self, text: str) -> Last4:
        return Last4.parse(text)

    def message_for(self, code: Any) -> Words:
        return LAST4_PROBLEMS[code]


class SsnField(_FactField):
    """The whole SSN, never shown again."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Social Security Number"), widget=SsnInput(), **kwargs)

    def read(self, text: str) -> Ssn:
        return Ssn.parse(text, allow_never_issued=settings.KECS_ALLOW_NEVER_ISSUED_SSN)

    def message_for(self, code: Any) -> Words:
        return SSN_PROBLEMS[code]
