"""The fields of the front door's pages; what is cleaned is a value of another room, ready to hand on."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kecs.accounts.forms import PASSWORD_TOO_LONG, EmailField
from kecs.accounts.messages import PASSWORDS_DIFFER, TOO_LONG, USERNAME_SHAPE, USERNAME_TAKEN, USERNAME_TRIES
from kecs.accounts.passwords import MAX_LENGTH
from kecs.accounts.queries import username_is_taken
from kecs.accounts.usernames import is_well_formed, normalised, suggestion_for
from kecs.accounts.validators import put_suggestion
from kecs.guard.actions import count, give_back
from kecs.guard.limits import Limit
from kecs.matching.decide import Claim
from kecs.records.fields import BirthDateField, Last4Field, NameField, SsnField
from kecs.records.messages import FIRST_NAME_PROBLEMS, LAST_SURNAME_PROBLEMS
from kecs.registration.messages import LAST4_DIFFERS
from kecs.ui.widgets import PasswordInput, TextInput, UsernameInput


class SearchForm(forms.Form):
    """What names a person on file. `claim` is the cleaned whole."""

    first_name = NameField(
        label=_("Your first name"), problems=FIRST_NAME_PROBLEMS, autocomplete="given-name"
    )
    last_surname = NameField(
        label=_("Your last name"), problems=LAST_SURNAME_PROBLEMS, autocomplete="family-name"
    )
    last4 = Last4Field()
    birth_date = BirthDateField()

    @property
    def claim(self) -> Claim:
        """What the person says about herself."""
        facts = self.cleaned_data
        return Claim(
            first_name=facts["first_name"],
            last_surname=facts["last_surname"],
            birth_date=facts["birth_date"],
            last4=facts["last4"].digits,
        )


class AccountForm(forms.Form):
    """Username, e-mail and password, for a record that was claimed: identity fields are not part of it."""

    username = forms.CharField(
        label=_("Username"),
        help_text=_("3 to 30 letters or numbers. You will use it to sign in."),
        widget=UsernameInput(attrs={"maxlength": "30"}),
        error_messages={"required": USERNAME_SHAPE},
    )
    email = EmailField(
        help_text=_(
            "We recommend you use a personal email for your account, as school emails can often change."
        ),
    )
    password1 = forms.CharField(
        label=_("Create a password"),
        strip=False,
        max_length=MAX_LENGTH,
        widget=PasswordInput(autocomplete="new-password", attrs={"aria-describedby": "password_rules"}),
        error_messages={"required": _("Create a password."), "max_length": PASSWORD_TOO_LONG},
    )
    password2 = forms.CharField(
        label=_("Confirm the password"),
        strip=False,
        max_length=MAX_LENGTH,
        widget=PasswordInput(autocomplete="new-password", again=True),
        error_messages={"required": _("Type the password once more."), "max_length": PASSWORD_TOO_LONG},
    )

    def __init__(self, *args: Any, claim: Claim, visitor: str, **kwargs: Any) -> None:
        """`claim` is what the search was for; `visitor` names the browser session for the limit on usernames."""
        self.claim = claim
        self.visitor = visitor
        super().__init__(*args, **kwargs)

    @classmethod
    def with_suggestion(
        cls, typed: Mapping[str, Any], *, claim: Claim, visitor: str
    ) -> tuple["AccountForm", str]:
        """A form that nobody has judged, with what was typed and a password of ours in both boxes; and the password."""
        form = cls(claim=claim, visitor=visitor)
        form.initial.update({name: typed[name] for name in form.fields if name in typed})
        return form, put_suggestion(form, Chooser(typed, claim))

    def clean_username(self) -> str:
        """Well formed and free; past ten that were taken only our own suggestion is looked up.

        Counted before it is looked up: of any number of forms at once no more than ten learn something.
        """
        username = normalised(self.cleaned_data["username"])
        if not is_well_formed(username):
            raise ValidationError(USERNAME_SHAPE, code="shape")
        suggestion = self._suggestion()
        if username == suggestion:
            if username_is_taken(username):
                raise self.username_taken()
            return username
        if not count(limit=Limit.USERNAME_TAKEN_PER_SESSION, subject=self.visitor, by="anonymous").allowed:
            raise ValidationError(USERNAME_TRIES, code="tries", params={"suggestion": suggestion})
        if username_is_taken(username):
            raise self.username_taken()
        give_back(limit=Limit.USERNAME_TAKEN_PER_SESSION, subject=self.visitor, by="anonymous")
        return username

    def username_taken(self) -> ValidationError:
        """The message that the username is taken, with one that is very likely free."""
        return ValidationError(USERNAME_TAKEN, code="taken", params={"suggestion": self._suggestion()})

    def _suggestion(self) -> str:
        return suggestion_for(
            first_name=self.claim.first_name, last_surname=self.claim.last_surname, visitor=self.visitor
        )

    def clean(self) -> dict[str, Any]:
        """The passwords are the same and follow the policy."""
        facts = super().clean() or self.cleaned_data
        first, second = facts.get("password1"), facts.get("password2")
        if first and second and first != second:
            self.add_error("password2", PASSWORDS_DIFFER)
        if first:
            person = Chooser(facts, self.claim)
            try:
                validate_password(first, person)  # type: ignore[arg-type]  # the policy reads five facts of it
            except ValidationError as error:
                self.add_error("password1", error)
        return facts


class Chooser:
    """Who chooses the password: what it may not be made of."""

    def __init__(self, facts: Mapping[str, Any], claim: Claim) -> None:
        self.username = facts.get("username", "")
        self.email = facts.get("email", "")
        self.first_name = facts.get("first_name", claim.first_name)
        self.last_surname = facts.get("last_surname", claim.last_surname)
        self.birth_date = facts.get("birth_date", claim.birth_date)


class NewAccountForm(AccountForm):
    """The same for a person who was not found: her name and birth date carried over, and the full SSN asked once."""

    first_name = NameField(label=_("First Name"), problems=FIRST_NAME_PROBLEMS, autocomplete="given-name")
    last_surname = NameField(label=_("Last Name"), problems=LAST_SURNAME_PROBLEMS, autocomplete="family-name")
    birth_date = BirthDateField()
    ssn = SsnField(help_text=_("All 9 digits. You may use hyphens."))

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        carried_over = {
            "first_name": claim.first_name,
            "last_surname": claim.last_surname,
            "birth_date": claim.birth_date.strftime("%m/%d/%Y"),
        }
        super().__init__(*args, claim=claim, initial=carried_over, **kwargs)

    def clean_ssn(self) -> str:
        """Ends in the digits that were searched for. The nine digits."""
        ssn = self.cleaned_data["ssn"]
        if ssn.last4.digits != self.claim.last4:
            raise ValidationError(LAST4_DIFFERS, code="last4_differs")
        return str(ssn.digits)

    @property
    def new_claim(self) -> Claim:
        """What the person says about herself, as corrected on this page."""
        return Claim(
            first_name=self.cleaned_data["first_name"],
            last_surname=self.cleaned_data["last_surname"],
            birth_date=self.cleaned_data["birth_date"],
            last4=self.claim.last4,
        )


class NoSsnForm(forms.Form):
    """How staff can find and reach a person who gives no SSN."""

    first_name = NameField(label=_("First Name"), problems=FIRST_NAME_PROBLEMS, autocomplete="given-name")
    last_surname = NameField(label=_("Last Name"), problems=LAST_SURNAME_PROBLEMS, autocomplete="family-name")
    birth_date = BirthDateField()
    email = EmailField(help_text=_("We write to this address."))
    telephone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=30,
        error_messages={"max_length": TOO_LONG},
        widget=TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    message = forms.CharField(
        label=_("What should we know?"),
        help_text=_("For example: a name you used before, or the school where you work."),
        required=False,
        max_length=1000,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 4}),
    )
