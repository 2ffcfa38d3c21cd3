"""The fields of this room's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kecs.assurance.codes import as_typed, is_code
from kecs.ui.widgets import CheckboxInput, TextInput

CODE_SHAPE = _("Type the code from our email or letter. It has 8 or 10 letters and numbers.")
NOT_ME_UNTICKED = _("Check the box to tell us that it was not you.")


class CodeField(forms.CharField):
    """A code as people type it: any case, with or without spaces and hyphens."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Your code"),
            help_text=_("It has 8 or 10 letters and numbers, for example ABCD-2345."),
            max_length=40,
            widget=TextInput(
                {
                    "autocapitalize": "characters",
                    "autocomplete": "one-time-code",
                    "autocorrect": "off",
                    "spellcheck": "false",
                }
            ),
            error_messages={"required": CODE_SHAPE, "max_length": CODE_SHAPE},
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        """In its one form."""
        code = as_typed(super().clean(value) or "")
        if not is_code(code):
            raise forms.ValidationError(CODE_SHAPE)
        return code


class CodeForm(forms.Form):
    """The code that came."""

    code = CodeField()


class NotMeForm(forms.Form):
    """A box that a person ticks: programs that follow links and press buttons in mails leave it empty."""

    not_me = forms.BooleanField(
        label=_("It was not me"), widget=CheckboxInput(), error_messages={"required": NOT_ME_UNTICKED}
    )
