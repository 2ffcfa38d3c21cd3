"""What staff type and choose to merge two records."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kecs.console.merging.messages import CHOOSE_ONE, CHOOSE_REASON, ENTER_NUMBER, REASONS
from kecs.console.merging.queries import Compared
from kecs.records.kinds import MergeReason
from kecs.records.merging.plan import FACTS, Choices, Side
from kecs.ui.widgets import Radios

NUMBER = "staff_unique_id"
KEEPER = "account"


class NumberForm(forms.Form):
    """Which record is the other one. By POST: a number says something about a person, and addresses are kept in logs."""

    number = forms.CharField(
        label=_("Number on file of the other record"),
        max_length=32,
        widget=forms.TextInput(attrs={"class": "usa-input", "autocomplete": "off"}),
        error_messages={"required": ENTER_NUMBER},
    )


class MergeForm(forms.Form):
    """A side for everything in which the two differ, and a reason. What they have in common is not asked."""

    def __init__(self, compared: Compared, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        for line in compared.differing:
            self.fields[line.fact] = forms.ChoiceField(
                label=line.label,
                # Two masked numbers may look alike: each says whose it is.
                choices=[
                    (Side.FIRST.value, _("%(value)s (record 1)") % {"value": line.first}),
                    (Side.SECOND.value, _("%(value)s (record 2)") % {"value": line.second}),
                ],
                initial=line.safer.value if line.safer else None,
                widget=Radios,
                error_messages={"required": CHOOSE_ONE, "invalid_choice": CHOOSE_ONE},
            )
        self.fields["reason"] = forms.ChoiceField(
            label=_("Why are they one person?"),
            choices=[("", _("Choose a reason")), *((each.value, words) for each, words in REASONS.items())],
            widget=forms.Select(attrs={"class": "usa-select"}),
            error_messages={"required": CHOOSE_REASON, "invalid_choice": CHOOSE_REASON},
        )

    @property
    def reason(self) -> MergeReason:
        """A word for the log."""
        return MergeReason(self.cleaned_data["reason"])

    @property
    def choices(self) -> Choices:
        """As the plan takes them. Whoever says that she checked the person has seen who she is."""
        survivor = Side(self.cleaned_data[NUMBER])
        keeper = self.cleaned_data.get(KEEPER)
        return Choices(
            survivor=survivor,
            facts={name: Side(self.cleaned_data.get(name) or survivor) for name in FACTS},
            keeper=Side(keeper) if keeper else None,
            person_checked=self.reason is MergeReason.PERSON_CHECKED,
        )
