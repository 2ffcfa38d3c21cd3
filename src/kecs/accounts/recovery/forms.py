"""What a person tells who cannot get into her account any more."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kecs.accounts.forms import EmailField
from kecs.accounts.messages import TOO_LONG
from kecs.ui.widgets import NameInput, UsernameInput


class RecoveryForm(forms.Form):
    """The same for everybody."""

    name = forms.CharField(
        label=_("Your full name"),
        max_length=150,
        widget=NameInput(autocomplete="name"),
        error_messages={"required": _("Enter your full name."), "max_length": TOO_LONG},
    )
    login = forms.CharField(
        label=_("Your username, or your old email address"),
        help_text=_("Leave this empty if you do not know it."),
        max_length=254,
        required=False,
        widget=UsernameInput(),
        error_messages={"max_length": TOO_LONG},
    )
    email = EmailField(
        label=_("New email address"),
        help_text=_("Use a personal email that you can open now. We will send a link there."),
    )
    message = forms.CharField(
        label=_("What happened? How can we call you?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 5}),
        error_messages={"max_length": TOO_LONG},
    )
