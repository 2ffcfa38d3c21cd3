"""The fields of this room's pages."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kecs.assurance.codes import as_typed, is_code, is_not_me_code
from kecs.ui.widgets import CheckboxInput, TextInput

CODE_LABEL = _("Your code")
CODE_HELP = _("It has 8 or 10 letters and numbers, for example ABCD-2345.")
CODE_SHAPE = _("Type the code from our email or letter. It has 8 or 10 letters and numbers.")
NOT_ME_SHAPE = _("Type the 12 letters and numbers under “If it was not you” in our letter.")
NOT_ME_UNTICKED = _("Check the box to tell us that it was not you.")


class CodeField(forms.CharField):
    """A code as people type it: any case, with or without spaces and hyphens."""

    def __init__(
        self,
        *,
        label: Any = CODE_LABEL,
        help_text: Any = CODE_HELP,
        shape: Any = CODE_SHAPE,
        could_be: Callable[[str], bool] = is_code,
        **kwargs: Any,
    ) -> None:
        self.shape, self.could_be = shape, could_be
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=40,
            widget=TextInput(
                {
                    "autocapitalize": "characters",
                    "autocomplete": "one-time-code",
                    "autocorrect": "off",
                    "spellcheck": "false",
                }
            ),
            error_messages={"required": shape, "max_length": shape},
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        """In its one form."""
        code = as_typed(super().clean(value) or "")
        if not self.could_be(code):
            raise forms.ValidationError(self.shape)
        return code


class CodeForm(forms.Form):
    """The code that came."""

    code = CodeField()


class NotMeForm(forms.Form):
    """A box that a person ticks: programs that follow links and press buttons in mails leave it empty."""

    not_me = forms.BooleanField(
        label=_("It was not me"), widget=CheckboxInput(), error_messages={"required": NOT_ME_UNTICKED}
    )


class NotMeLetterForm(forms.Form):
    """What stands in a letter in the place of a link. Whoever types it is no program, so there is no box to tick."""

    code = CodeField(
        label=_("The letters and numbers in our letter"),
        help_text=_("They stand under “If it was not you”, for example ABCD-2345-EFGH."),
        shape=NOT_ME_SHAPE,
        could_be=is_not_me_code,
    )
