"""The fields of the second step, and of the pages that set one up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kecs.accounts.forms import ChoosePasswordForm
from kecs.accounts.messages import PASSWORD_PROBLEMS, TOO_LONG
from kecs.accounts.passwords import MAX_LENGTH, PasswordProblem
from kecs.ui.widgets import NeverShownAgain, OneTag, PasswordInput, TextInput, with_defaults


class CodeInput(OneTag, NeverShownAgain):
    """A code that is good for once; phones and browsers offer to fill it in."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            with_defaults(
                attrs,
                "usa-input kecs-medium",
                autocapitalize="none",
                autocomplete="one-time-code",
                spellcheck="false",
            )
        )


class CodeForm(forms.Form):
    """A code: of an app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=CodeInput(),
        error_messages={"required": _("Type the code."), "max_length": TOO_LONG},
    )


class PasswordAgainForm(forms.Form):
    """The password of whoever is signed in."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=MAX_LENGTH,
        widget=PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": _("Enter your password."),
            "max_length": PASSWORD_PROBLEMS[PasswordProblem.TOO_LONG],
        },
    )


class PasskeyNameForm(forms.Form):
    """What its owner calls a passkey."""

    name = forms.CharField(
        label=_("Name of the passkey"),
        help_text=_("So that you know it later, for example: my phone."),
        max_length=60,
        widget=TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give the passkey a name."), "max_length": TOO_LONG},
    )


class ChangePasswordForm(ChoosePasswordForm):
    """A new password, twice, while signed in."""
