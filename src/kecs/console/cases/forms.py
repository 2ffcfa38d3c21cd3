"""What staff decide about a case, and whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from kecs.assurance.actions import Reason
from kecs.console.cases.decision import SEEN, Decision
from kecs.console.cases.messages import CHECK_FIRST, CHOOSE_COLLEAGUE, CLEAR_WITH_DOCUMENT, HELP, PAPER_HELP
from kecs.console.cases.queries import CasePage
from kecs.console.messages import (
    CHOOSE_OUTCOME,
    CHOOSE_REASON,
    CHOOSE_RECORD,
    OUTCOME_LABELS,
    REASONS,
    WRITE_NOTE,
)
from kecs.console.outcomes import GIVES_RECORD, NAMES_RECORD, PROVES, Outcome
from kecs.console.repairing.forms import CHOOSE_PAPER, paper_field
from kecs.corrections.kinds import Paper
from kecs.records.kinds import CaseKind

DECIDING = tuple(reason for reason in Reason if reason is not Reason.DECIDED_WRONGLY)
REOPENING = (Reason.DECIDED_WRONGLY, Reason.DOCUMENT_SEEN, Reason.ASKED_BY_HOLDER)


def reason_field(reasons: Sequence[Reason]) -> forms.ChoiceField:
    """One of a few words, because the log holds no text of anybody's."""
    return forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *((reason.value, REASONS[reason]) for reason in reasons)],
        widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={"required": CHOOSE_REASON, "invalid_choice": CHOOSE_REASON},
    )


class DecisionForm(forms.Form):
    """An outcome of this case, a reason, and what the outcome needs. The buttons of the page are the outcomes."""

    reason = reason_field(DECIDING)
    outcome = forms.ChoiceField(
        widget=forms.HiddenInput,
        error_messages={"required": CHOOSE_OUTCOME, "invalid_choice": CHOOSE_OUTCOME},
    )
    # What the page was made of: a decision on an old page does nothing.
    stamp = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400)

    def __init__(
        self, page: CasePage, data: Mapping[str, Any] | None = None, initial: dict[str, Any] | None = None
    ) -> None:
        self.page_stamp = page.situation.stamp
        super().__init__(data, initial={**(initial or {}), "stamp": self.page_stamp})
        self.outcomes = [(each.value, OUTCOME_LABELS[each], HELP[each]) for each in page.situation.outcomes]
        choices = [(value, words) for value, words, _help in self.outcomes]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if page.situation.request or page.case.kind == CaseKind.NO_SSN:
            self.fields["note"] = forms.CharField(
                label=_("What we write to the person"),
                max_length=500,
                widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 3}),
                error_messages={"required": WRITE_NOTE},
            )
        if PROVES & set(page.situation.outcomes):
            self.fields["paper"] = paper_field()
            self.fields["paper"].required = False  # clean() asks for it where a record is given
            self.fields["paper"].help_text = PAPER_HELP
        if len(page.situation.record_ids) > 1 and NAMES_RECORD & set(page.situation.outcomes):
            needed = data is None or data.get("outcome") in NAMES_RECORD  # others need none
            self.fields["record"] = _record_field(page.situation.record_ids, needed=needed)

    def clean(self) -> dict[str, Any]:
        """An outcome that this case does not have is refused where it can be read."""
        facts = super().clean() or self.cleaned_data
        if "outcome" in self.errors:  # a hidden field shows no error of its own
            self.add_error(None, CHOOSE_OUTCOME)
        outcome = facts.get("outcome")
        seen = facts.get("reason") in {"", None, Reason.DOCUMENT_SEEN.value}
        if outcome == Outcome.CLEAR_DECEASED.value and not seen:
            self.add_error("reason", CLEAR_WITH_DOCUMENT)
        elif outcome in GIVES_RECORD:
            if facts.get("reason") and facts["reason"] not in SEEN:
                self.add_error("reason", CHECK_FIRST)
            self._demand_paper(facts)
        elif outcome == Outcome.NEW_PERSON.value and facts.get("reason") in SEEN:
            self._demand_paper(facts)  # that check is the proof of the new record
        return facts

    def _demand_paper(self, facts: dict[str, Any]) -> None:
        if not facts.get("paper") and "paper" not in self.errors:
            self.add_error("paper", CHOOSE_PAPER)

    @property
    def decision(self) -> Decision:
        """As the action takes it."""
        chosen = self.cleaned_data.get("record")
        return Decision(
            outcome=Outcome(self.cleaned_data["outcome"]),
            reason=Reason(self.cleaned_data["reason"]),
            stamp=self.cleaned_data["stamp"],
            record_id=UUID(chosen) if chosen else None,
            note=self.cleaned_data.get("note", ""),
            paper=Paper(self.cleaned_data["paper"]) if self.cleaned_data.get("paper") else None,
        )

    @property
    def in_english(self) -> Decision:
        """The same, for whoever shows its mails to a clerk who reads English only."""
        return replace(self.decision, english=True)


def _record_field(record_ids: Sequence[UUID], *, needed: bool) -> forms.ChoiceField:
    """The records by the numbers that stand over their columns."""
    numbered = [
        (str(record_id), _("Record %(number)s") % {"number": number})
        for number, record_id in enumerate(record_ids, 1)
    ]
    return forms.ChoiceField(
        label=_("Which record is this person's?"),
        required=needed,
        choices=[("", _("Choose a record")), *numbered],
        widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={"required": CHOOSE_RECORD, "invalid_choice": CHOOSE_RECORD},
    )


class ReopenForm(forms.Form):
    """Why a closed case is opened again."""

    reason = reason_field(REOPENING)


class TakeForm(forms.Form):
    """From whom to whom; blank is nobody. `was` is who had it when the page was made."""

    was = forms.UUIDField(widget=forms.HiddenInput, required=False)
    now = forms.ChoiceField(required=False, error_messages={"invalid_choice": CHOOSE_COLLEAGUE})

    def __init__(self, colleagues: Mapping[UUID, str], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["now"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", ""),
            *((str(account_id), name) for account_id, name in colleagues.items()),
        ]

    @property
    def now_id(self) -> UUID | None:
        """Who shall have it."""
        return UUID(self.cleaned_data["now"]) if self.cleaned_data["now"] else None
