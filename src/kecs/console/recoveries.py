"""Recoveries: people who lost every way in and asked staff. Each look is on the log, and each decision is asked twice."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kecs.accounts.factors.gate import kept_typed
from kecs.accounts.recovery.actions import NotPossible
from kecs.accounts.recovery.queries import Asked, open_recoveries, recovery
from kecs.accounts.recovery_status import Status
from kecs.assurance.actions import Reason
from kecs.console.actions import OwnCase, decide_recovery, look_at_recovery
from kecs.console.gate import DeskView, FreshDeskView
from kecs.console.messages import CHOOSE_REASON, NOT_POSSIBLE, OUTCOME_LABELS, OWN_CASE, REASONS
from kecs.console.outcomes import RECOVERY_OUTCOMES, Outcome
from kecs.console.permissions import Function
from kecs.console.queries import recovery_lines


class RecoveryForm(forms.Form):
    """An outcome, by the button, and a reason."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[
            ("", gettext_lazy("Choose a reason")),
            *((reason.value, words) for reason, words in REASONS.items()),
        ],
        widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={"required": CHOOSE_REASON, "invalid_choice": CHOOSE_REASON},
    )
    outcome = forms.ChoiceField(
        choices=[(outcome.value, OUTCOME_LABELS[outcome]) for outcome in RECOVERY_OUTCOMES],
        widget=forms.HiddenInput,
    )


class RecoveriesView(DeskView):
    """Who waits to get in again, the longest first. Names nobody: that is for the page of each."""

    function = Function.DECIDE_RECOVERY

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        return render(request, "console/recoveries.html", {"recoveries": open_recoveries()})


class RecoveryView(FreshDeskView):
    """What was typed beside what the account and its record say; approve or refuse."""

    function = Function.DECIDE_RECOVERY

    def looked_at(self, recovery_id: UUID) -> Asked:
        """The request, once the look is recorded. Raises Http404."""
        try:
            asked = recovery(recovery_id)
        except ObjectDoesNotExist:
            raise Http404 from None
        look_at_recovery(asked=asked, by=self.staff)
        return asked

    def page(self, asked: Asked, form: RecoveryForm, *, confirm: str = "", status: int = 200) -> HttpResponse:
        """With what staff may decide while it waits."""
        context: dict[str, Any] = {
            "asked": asked,
            "form": form,
            "lines": recovery_lines(asked),
            "waits": asked.status == Status.CONFIRMED,
            "outcomes": form.fields["outcome"].choices,  # type: ignore[attr-defined]  # a ChoiceField
            "confirm": confirm,
        }
        return render(self.request, "console/recovery.html", context, status=status)

    def get(self, request: HttpRequest, recovery_id: UUID) -> HttpResponse:
        """The page."""
        return self.page(self.looked_at(recovery_id), RecoveryForm(initial=kept_typed(request)))

    def post(self, request: HttpRequest, recovery_id: UUID) -> HttpResponse:
        """Asks once more, then decides; who comes second reads that it is not possible any more."""
        asked, form = self.looked_at(recovery_id), RecoveryForm(request.POST)
        if not form.is_valid():
            return self.page(asked, form)
        outcome = Outcome(form.cleaned_data["outcome"])
        if "confirmed" not in request.POST:
            return self.page(asked, form, confirm=str(OUTCOME_LABELS[outcome]))
        try:
            decide_recovery(
                asked=asked,
                outcome=outcome,
                reason=Reason(form.cleaned_data["reason"]),
                by=self.staff,
            )
        except NotPossible:
            form.add_error(None, NOT_POSSIBLE)
            return self.page(self.looked_at(recovery_id), form, status=409)
        except OwnCase:
            form.add_error(None, OWN_CASE)
            return self.page(asked, form, status=403)
        messages.success(request, _("The request is decided."))
        return redirect("console:recoveries")
