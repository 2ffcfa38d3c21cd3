"""A form that could not be worked on, to be sent once more: what may be shown again is kept, the rest is asked for anew."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kecs.accounts.turns import FIELD
from kecs.ui.widgets import LastFourInput, PasswordInput, SsnInput, TextInput

# By the name of the field: no answer of ours ever carries these back (kecs.ui.widgets).
ASKED_ANEW: Mapping[str, tuple[Any, Callable[[], forms.Widget]]] = {
    "password": (_("Password"), PasswordInput),
    "password1": (_("Password"), lambda: PasswordInput(autocomplete="new-password")),
    "password2": (
        _("Confirm the password"),
        lambda: PasswordInput(autocomplete="new-password", again=True),
    ),
    "ssn": (_("Social Security Number"), SsnInput),
    "last4": (_("Last 4 of your social"), LastFourInput),
    "code": (_("Code"), lambda: TextInput(attrs={"autocomplete": "one-time-code"})),
}
# As the browser sent it: from our own page or not, it is judged again when it comes back.
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - a field's name


class TypedAgain(forms.Form):
    """The fields of whatever form it was, under their names, in their order."""

    token = ""

    def __init__(self, typed: Mapping[str, Any]) -> None:
        super().__init__()
        for name in typed:
            if name == TOKEN:
                self.token = str(typed[name])
            elif name == FIELD:
                continue  # the page writes the turn that holds now
            elif name in ASKED_ANEW:
                label, widget = ASKED_ANEW[name]
                self.fields[name] = forms.CharField(label=label, widget=widget(), strip=False)
            else:
                self.fields[name] = forms.CharField(widget=forms.HiddenInput, initial=typed[name])
