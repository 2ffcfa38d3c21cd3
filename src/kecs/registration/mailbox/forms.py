"""The two fields of the page: an address, then the code that was mailed there."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kecs.accounts.forms import EmailField
from kecs.ui.widgets import TextInput

CODE_SHAPE = _("Enter the 6 digits from our email.")


class MailboxForm(forms.Form):
    """Where to send the code."""

    email = EmailField(help_text=_("Use an email address that you can open now."))


class CodeForm(forms.Form):
    """The code, as typed or pasted with spaces."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("6 digits"),
        max_length=20,
        widget=TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": CODE_SHAPE, "max_length": CODE_SHAPE},
    )

    def clean_code(self) -> str:
        """The digits alone."""
        digits = "".join(self.cleaned_data["code"].replace("-", " ").split())
        if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
            raise forms.ValidationError(CODE_SHAPE, code="shape")
        return digits
