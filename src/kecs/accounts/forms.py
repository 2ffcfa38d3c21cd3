"""The fields of this room's pages."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordKeyForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from kecs.accounts.addresses import normalised_address
from kecs.accounts.messages import EMAIL_SHAPE, PASSWORD_PROBLEMS, PASSWORDS_DIFFER, TOO_LONG
from kecs.accounts.passwords import MAX_LENGTH, PasswordProblem
from kecs.accounts.validators import put_suggestion
from kecs.ui.widgets import EmailInput, PasswordInput, UsernameInput

PASSWORD_TOO_LONG = PASSWORD_PROBLEMS[PasswordProblem.TOO_LONG]


class EmailField(forms.EmailField):
    """An address in its one form; the guide's advice stands beside it where an account is made."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Email address"))
        kwargs.setdefault("widget", EmailInput())
        kwargs.setdefault("max_length", 254)
        super().__init__(
            error_messages={"required": EMAIL_SHAPE, "invalid": EMAIL_SHAPE, "max_length": TOO_LONG}, **kwargs
        )

    def clean(self, value: Any) -> str:
        """Lower case, and judged so: some letters become two, which may be more than an address holds."""
        return super().clean(normalised_address(value) if isinstance(value, str) else value) or ""


class SignInForm(LoginForm):
    """Username or e-mail, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Username or email"),
            max_length=254,
            widget=UsernameInput(),
            error_messages={"required": _("Enter your username or email."), "max_length": TOO_LONG},
        )
        self.fields["password"] = forms.CharField(
            label=_("Password"),
            strip=False,
            max_length=MAX_LENGTH,
            widget=PasswordInput(attrs={"autocomplete": "current-password"}),
            error_messages={"required": _("Enter your password."), "max_length": PASSWORD_TOO_LONG},
        )
        self.order_fields(["login", "password"])


class ForgotPasswordForm(forms.Form):
    """The address to send a link to."""

    email = EmailField()


class ForgotUsernameForm(forms.Form):
    """The address to send usernames to."""

    email = EmailField()


class ChangeEmailForm(forms.Form):
    """Another address, before the first was confirmed."""

    email = EmailField(
        label=_("New email address"),
        help_text=_("Use a personal email. School emails often change."),
    )


class ChoosePasswordForm(ResetPasswordKeyForm):
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = {"aria-describedby": "password_rules"}
        for name, label, attrs in (
            ("password1", _("New password"), rules),
            ("password2", _("Confirm the new password"), {}),
        ):
            self.fields[name] = forms.CharField(
                label=label,
                strip=False,
                max_length=MAX_LENGTH,
                widget=PasswordInput(autocomplete="new-password", attrs=attrs, again=not attrs),
                error_messages={
                    "required": _("Type the new password in both boxes."),
                    "max_length": PASSWORD_TOO_LONG,
                },
            )

    def suggest(self) -> str:
        """A suggestion stands in both boxes. Returns it."""
        return put_suggestion(self, self.user)

    def clean_password1(self) -> str:
        """Follows the policy."""
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        """Both boxes hold the same."""
        cleaned: dict[str, Any] = forms.Form.clean(self) or self.cleaned_data
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", PASSWORDS_DIFFER)
        return cleaned
