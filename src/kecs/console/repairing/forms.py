"""What each repair asks before the second click: always a reason, and what the repair needs besides."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kecs.accounts.forms import EmailField
from kecs.accounts.messages import TOO_LONG
from kecs.audit.clock import portal_clock
from kecs.console.messages import CHOOSE_REASON, DISTRICT_REASONS, REASONS, REPAIR_REASONS
from kecs.console.person.queries import Side
from kecs.console.repairing.actions import Answers
from kecs.console.repairs import Repair
from kecs.console.revealing.views import TICKET
from kecs.corrections.actions import Asked
from kecs.corrections.forms import FactsForm
from kecs.corrections.kinds import Paper
from kecs.corrections.messages import PAPERS
from kecs.records.fields import NameField
from kecs.records.messages import FIRST_NAME_PROBLEMS, LAST_SURNAME_PROBLEMS
from kecs.records.revealing.reasons import MOST_TICKET, is_ticket
from kecs.ui.widgets import DateInput, NameInput

CONFIRMED_WITHIN = timedelta(days=30)
CONFIRMED_ON = _(
    "Enter the day on which the district confirmed it, mm/dd/yyyy. It must be in the last 30 days."
)
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
            ticket=facts.get("ticket", ""),
            confirmed_on=facts.get("confirmed_on"),
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


class DistrictForm(RepairForm):
    """How and when the district said so, and where the agency keeps with whom it spoke: the log holds no name."""

    reasons: ClassVar[dict[Any, Any]] = DISTRICT_REASONS
    ticket = forms.CharField(
        label=_("Ticket number"),
        help_text=_(
            "The ticket names the district and the person you spoke with. Here you write its number only."
        ),
        max_length=MOST_TICKET,
        widget=forms.TextInput(attrs={"class": "usa-input", "autocomplete": "off"}),
        error_messages={"required": TICKET, "max_length": TICKET},
    )
    confirmed_on = forms.DateField(
        label=_("Day on which the district confirmed it"),
        help_text=_("Use the format mm/dd/yyyy. The day must be in the last 30 days."),
        input_formats=["%m/%d/%Y", "%Y-%m-%d"],
        widget=DateInput({"autocomplete": "off"}),
        error_messages={"required": CONFIRMED_ON, "invalid": CONFIRMED_ON},
    )

    def clean_ticket(self) -> str:
        """No personal number in its place."""
        ticket: str = self.cleaned_data["ticket"].strip()
        if not is_ticket(ticket):
            self.data = {**dict(self.data.items()), "ticket": ""}  # what it may be instead is not shown again
            raise forms.ValidationError(TICKET, code="ticket")
        return ticket

    def clean_confirmed_on(self) -> date:
        """Not to come, and not so long ago that the person may have left."""
        day: date = self.cleaned_data["confirmed_on"]
        today = timezone.localdate(portal_clock())
        if not today - CONFIRMED_WITHIN <= day <= today:
            raise forms.ValidationError(CONFIRMED_ON, code="day")
        return day


class ReleaseForm(RepairForm):
    """The reasons for which a hold ends."""

    reasons: ClassVar[dict[Any, Any]] = REASONS


class CorrectForm(FactsForm, RepairForm):
    """Of somebody else: the browser fills nothing in."""

    nothing: ClassVar[Any] = _("Fill in what is right: a name, the birth date or the number.")
    first_name = NameField(
        label=_("First Name"), problems=FIRST_NAME_PROBLEMS, autocomplete="off", required=False
    )
    last_surname = NameField(
        label=_("Last Name"), problems=LAST_SURNAME_PROBLEMS, autocomplete="off", required=False
    )
    paper = paper_field()


_FORMS: dict[Repair, type[RepairForm]] = {
    Repair.SEND_CONFIRMATION: ConfirmationForm,
    Repair.START_RECOVERY: RecoveryForm,
    Repair.RAISE_EVIDENCE: EvidenceForm,
    Repair.DISTRICT_CHECK: DistrictForm,
    Repair.RELEASE: ReleaseForm,
    Repair.CORRECT: CorrectForm,
}


def form_of(repair: Repair) -> type[RepairForm]:
    """What this repair asks for."""
    return _FORMS.get(repair, RepairForm)
