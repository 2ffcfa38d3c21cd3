"""What staff decide about a case."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from kecs.assurance.actions import Reason
from kecs.console.actions import Decision
from kecs.console.messages import (
    CHOOSE_OUTCOME,
    CHOOSE_REASON,
    CHOOSE_RECORD,
    OUTCOME_LABELS,
    REASONS,
    WRITE_NOTE,
)
from kecs.console.outcomes import Outcome, outcomes_of
from kecs.console.queries import CasePage


class DecisionForm(forms.Form):
    """An outcome of this kind of case, a reason, and what the outcome needs. The buttons of the page are the outcomes."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *((reason.value, words) for reason, words in REASONS.items())],
        widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={"required": CHOOSE_REASON, "invalid_choice": CHOOSE_REASON},
    )
    outcome = forms.ChoiceField(
        widget=forms.HiddenInput,
        error_messages={"required": CHOOSE_OUTCOME, "invalid_choice": CHOOSE_OUTCOME},
    )

    def __init__(self, page: CasePage, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        case = page.case
        self.outcomes = [(each.value, OUTCOME_LABELS[each]) for each in outcomes_of(case.kind)]
        self.fields["outcome"].choices = self.outcomes  # type: ignore[attr-defined]  # a ChoiceField
        if page.correction:
            self.fields["note"] = forms.CharField(
                label=_("What we write to the person"),
                max_length=500,
                widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 3}),
                error_messages={"required": WRITE_NOTE},
            )
        if Outcome.GIVE_EVIDENCE.value in dict(self.outcomes):
            labels = [(str(record_id), str(number)) for number, record_id in enumerate(case.record_ids, 1)]
            self.fields["record"] = forms.ChoiceField(
                label=_("Which record is this person's?"),
                required=data is None or data.get("outcome") == Outcome.GIVE_EVIDENCE,  # others need none
                choices=[
                    ("", _("Choose a record")),
                    *((key, _("Record") + f" {number}") for key, number in labels),
                ],
                initial=labels[0][0] if len(labels) == 1 else "",
                widget=forms.Select(attrs={"class": "usa-select"}),
                error_messages={"required": CHOOSE_RECORD, "invalid_choice": CHOOSE_RECORD},
            )

    def clean(self) -> dict[str, Any]:
        """An outcome that this kind of case does not have is refused where it can be read."""
        facts = super().clean() or self.cleaned_data
        if "outcome" in self.errors:  # a hidden field shows no error of its own
            self.add_error(None, CHOOSE_OUTCOME)
        return facts

    @property
    def decision(self) -> Decision:
        """As the action takes it."""
        chosen = self.cleaned_data.get("record")
        return Decision(
            outcome=Outcome(self.cleaned_data["outcome"]),
            reason=Reason(self.cleaned_data["reason"]),
            record_id=UUID(chosen) if chosen else None,
            note=self.cleaned_data.get("note", ""),
        )
