"""What each repair asks before the second click: always a reason, and what the repair needs besides."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kecs.accounts.forms import EmailField
from kecs.accounts.messages import TOO_LONG
from kecs.console.messages import CHOOSE_REASON, REASONS, REPAIR_REASONS
from kecs.console.person.queries import Side
from kecs.console.repairing.actions import Answers
from kecs.console.repairs import Repair
from kecs.corrections.actions import Asked
from kecs.corrections.kinds import Paper, Why
from kecs.corrections.messages import NO_WHY, PAPERS, WHY
from kecs.records.fields import BirthDateField, NameField, SsnField
from kecs.records.messages import FIRST_NAME_PROBLEMS, LAST_SURNAME_PROBLEMS
from kecs.ui.widgets import NameInput

CHOOSE_PAPER = _("Choose the document that you saw.")


def _choice(label: Any, choose: Any, words: dict[Any, Any], required: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", choose), *((each.value, said) for each, said in words.items())],
        widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={"required": required, "invalid_choice": required},
    )


def paper_field() -> forms.ChoiceField:
    """One of a few papers, because the log holds no text of anybody's."""
    return _choice(_("Document that you saw"), _("Choose a document"), PAPERS, CHOOSE_PAPER)


class RepairForm(forms.Form):
    """A reason."""

    reasons: ClassVar[dict[Any, Any]] = REPAIR_REASONS

    def __init__(self, side: Side | None, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.side = side
        self.fields["reason"] = _choice(_("Reason"), _("Choose a reason"), self.reasons, CHOOSE_REASON)

    @property
    def answers(self) -> Answers:
        """As the action takes them."""
        facts = self.cleaned_data
        return Answers(
            reason=facts["reason"],
            paper=Paper(facts["paper"]) if facts.get("paper") else None,
            name=facts.get("name", ""),
            email=facts.get("email", ""),
            asked=self.asked,
        )

    @property
    def asked(self) -> Asked | None:
        """What is right, where facts are corrected."""
        return None


class ConfirmationForm(RepairForm):
    """Which address, of those that are not confirmed."""

    email = forms.ChoiceField(label=_("Email address"), widget=forms.Select(attrs={"class": "usa-select"}))
    field_order = ("email", "reason")

    def __init__(self, side: Side | None, data: Any = None, initial: Any = None) -> None:
        super().__init__(side, data, initial)
        entries = side.account.addresses if side else ()
        waiting = [(entry.email, entry.email) for entry in entries if not entry.confirmed]
        self.fields["email"].choices = waiting  # type: ignore[attr-defined]  # a ChoiceField


class RecoveryForm(RepairForm):
    """Who calls, and the address that she can open now."""

    name = forms.CharField(
        label=_("Full name of the caller"),
        max_length=150,
        widget=NameInput(autocomplete="off"),
        error_messages={"required": _("Enter the full name of the caller."), "max_length": TOO_LONG},
    )
    email = EmailField(
        label=_("New email address"),
        help_text=_(
            "Spell it back to the caller. We send a link there, which must be opened within 24 hours."
        ),
    )


class EvidenceForm(RepairForm):
    """Which document was seen."""

    paper = paper_field()


class ReleaseForm(RepairForm):
    """The reasons for which a hold ends."""

    reasons: ClassVar[dict[Any, Any]] = REASONS


class CorrectForm(RepairForm):
    """Only what is wrong is filled in."""

    first_name = NameField(
        label=_("First Name"), problems=FIRST_NAME_PROBLEMS, autocomplete="off", required=False
    )
    last_surname = NameField(
        label=_("Last Name"), problems=LAST_SURNAME_PROBLEMS, autocomplete="off", required=False
    )
    birth_date = BirthDateField(required=False)
    ssn = SsnField(help_text=_("All 9 digits. You may use hyphens."), required=False)
    why = _choice(_("Why is it wrong?"), _("Choose one"), WHY, NO_WHY)
    paper = paper_field()

    def clean(self) -> dict[str, Any]:
        """Something is otherwise."""
        facts = super().clean() or self.cleaned_data
        typed = ("first_name", "last_surname", "birth_date", "ssn")
        if not any(facts.get(name) or name in self.errors for name in typed):
            nothing = _("Fill in what is right: a name, the birth date or the number.")
            self.add_error("first_name", ValidationError(nothing, code="nothing"))
        return facts

    @property
    def asked(self) -> Asked:
        """What is right."""
        facts = self.cleaned_data
        return Asked(
            why=Why(facts["why"]),
            first_name=facts["first_name"] or "",
            last_surname=facts["last_surname"] or "",
            birth_date=facts["birth_date"],
            ssn=facts["ssn"].digits if facts["ssn"] else "",
        )


_FORMS: dict[Repair, type[RepairForm]] = {
    Repair.SEND_CONFIRMATION: ConfirmationForm,
    Repair.START_RECOVERY: RecoveryForm,
    Repair.RAISE_EVIDENCE: EvidenceForm,
    Repair.RELEASE: ReleaseForm,
    Repair.CORRECT: CorrectForm,
}


def form_of(repair: Repair) -> type[RepairForm]:
    """What this repair asks for."""
    return _FORMS.get(repair, RepairForm)
