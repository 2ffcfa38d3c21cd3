"""Recoveries: people who lost every way in and asked staff. Each look is on the log, and each decision is asked twice."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kecs.accounts.factors.gate import kept_typed
from kecs.accounts.queries import signed_in, usernames_of
from kecs.accounts.recovery.actions import NotPossible
from kecs.accounts.recovery.queries import Asked, recovery
from kecs.accounts.recovery_status import Status
from kecs.assurance.actions import Reason
from kecs.console.cases.case import colleagues, say_whose
from kecs.console.cases.decision import Colleagues
from kecs.console.cases.forms import DECIDING, TakeForm, reason_field
from kecs.console.cases.messages import ABOUT, CHOOSE_COLLEAGUE, COLLEAGUE_HAS_IT, HELP
from kecs.console.cases.rehearsing import Preview, rehearsed
from kecs.console.gate import DeskView, FreshDeskView
from kecs.console.messages import NOT_POSSIBLE, OUTCOME_LABELS, OWN_CASE
from kecs.console.outcomes import RECOVERY_OUTCOMES, Outcome, OwnCase
from kecs.console.permissions import Function
from kecs.console.recovering.actions import decide_recovery, look_at_recovery, take_recovery
from kecs.console.recovering.bars import Barred, bar_of, yes_to
from kecs.console.recovering.messages import AGREED, BARS
from kecs.console.recovering.queries import recovery_lines
from kecs.records.targets import RECOVERY


class RecoveryForm(forms.Form):
    """An outcome, by the button, and a reason."""

    reason = reason_field(DECIDING)
    outcome = forms.ChoiceField(
        choices=[(outcome.value, OUTCOME_LABELS[outcome]) for outcome in RECOVERY_OUTCOMES],
        widget=forms.HiddenInput,
    )


def about_whom(asked: Asked) -> list[UUID]:
    """The account that was named, if there is one."""
    return [asked.account_id] if asked.account_id else []


class RecoveriesView(DeskView):
    """They stand in the queue of all cases; whoever kept the old address finds them there."""

    function = Function.DECIDE_RECOVERY

    def get(self, request: HttpRequest) -> HttpResponse:
        """To the queue."""
        return redirect(f"{reverse('console:cases')}?kind={RECOVERY}")


class RecoveryPageView(FreshDeskView):
    """A page about one recovery. Whatever it shows, the look is on the log."""

    function = Function.DECIDE_RECOVERY

    @property
    def me(self) -> UUID:
        """Whoever looks."""
        return signed_in(self.request)

    def looked_at(self, recovery_id: UUID) -> Asked:
        """The request, once the look is recorded. Raises Http404."""
        try:
            asked = recovery(recovery_id)
        except ObjectDoesNotExist:
            raise Http404 from None
        look_at_recovery(asked=asked, by=self.staff)
        return asked


class RecoveryView(RecoveryPageView):
    """What was typed beside what the account and its record say; approve or refuse."""

    def page(self, asked: Asked, form: RecoveryForm, status: int = 200, **more: Any) -> HttpResponse:
        """With what staff may decide while it waits."""
        about, check = ABOUT[RECOVERY]
        bar = bar_of(asked, by=self.staff)
        context: dict[str, Any] = {
            "asked": asked,
            "form": form,
            "lines": recovery_lines(asked),
            "waits": asked.status == Status.CONFIRMED,
            "bar": BARS[bar] if bar else "",
            # What she may not approve is not offered; the page says why.
            "outcomes": [
                (each.value, OUTCOME_LABELS[each], HELP[each])
                for each in (*([] if bar else [yes_to(asked)]), Outcome.REFUSE)
            ],
            "about": about,
            "check": check,
            "me": self.me,
            "mine": asked.taken_by == self.me,
            "taken_name": usernames_of([asked.taken_by]).get(asked.taken_by, "") if asked.taken_by else "",
            "colleagues": colleagues([self.me, *about_whom(asked)], Function.DECIDE_RECOVERY),
            **more,
        }
        return render(self.request, "console/recovery.html", context, status=status)

    def get(self, request: HttpRequest, recovery_id: UUID) -> HttpResponse:
        """The page."""
        return self.page(self.looked_at(recovery_id), RecoveryForm(initial=dict(kept_typed(request))))

    def post(self, request: HttpRequest, recovery_id: UUID) -> HttpResponse:
        """Asks once more, with the mails that will be sent, then decides; who comes second reads that it is not possible any more."""
        asked, form = self.looked_at(recovery_id), RecoveryForm(request.POST)
        if not form.is_valid():
            return self.page(asked, form)
        outcome = OUTCOME_LABELS[Outcome(form.cleaned_data["outcome"])]
        try:
            if "confirmed" not in request.POST:
                return self.page(asked, form, confirm=outcome, mails=self.mails(asked, form))
            self.decide(asked, form)
        except NotPossible:
            return self.refused(self.looked_at(recovery_id), form, NOT_POSSIBLE, 409)
        except Colleagues:
            return self.refused(asked, form, COLLEAGUE_HAS_IT, 409)
        except Barred as error:
            return self.refused(asked, form, BARS[error.bar], 403)
        except OwnCase:
            return self.refused(asked, form, OWN_CASE, 403)
        decided = form.cleaned_data["outcome"] != Outcome.AGREE
        messages.success(request, _("The request is decided.") if decided else AGREED)
        return redirect("console:cases")

    def refused(self, asked: Asked, form: RecoveryForm, why: Any, status: int) -> HttpResponse:
        """The page again, with the reason why nothing was done."""
        form.add_error(None, why)
        return self.page(asked, form, status)

    def decide(self, asked: Asked, form: RecoveryForm, *, english: bool = False) -> None:
        """Of any number at once one holds."""
        decide_recovery(
            asked=asked,
            outcome=Outcome(form.cleaned_data["outcome"]),
            reason=Reason(form.cleaned_data["reason"]),
            english=english,
            by=self.staff,
        )

    def mails(self, asked: Asked, form: RecoveryForm) -> list[Preview]:
        """What this decision would send."""
        return rehearsed(
            act=lambda english: self.decide(asked, form, english=english),
            accounts=about_whom(asked),
            language=asked.language,
            by=self.staff,
        )


class TakeRecoveryView(RecoveryPageView):
    """Take it, give it back, give it to a colleague."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whoever signs in again first is led back to the recovery."""
        self.comes_back_to = reverse("console:recovery", args=[kwargs["recovery_id"]])
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, recovery_id: UUID) -> HttpResponse:
        """Of two at once one has it, and the other reads so."""
        asked = self.looked_at(recovery_id)
        form = TakeForm(
            {self.me: "", **colleagues(about_whom(asked), Function.DECIDE_RECOVERY)}, request.POST
        )
        if not form.is_valid():
            messages.warning(request, CHOOSE_COLLEAGUE)
            return redirect("console:recovery", recovery_id)
        now = form.now_id
        try:
            done = take_recovery(asked=asked, was=form.cleaned_data["was"], now=now, by=self.staff)
            say_whose(request, done=done, now=now, me=self.me)
        except OwnCase:
            messages.warning(request, OWN_CASE)
        return redirect("console:recovery", recovery_id)
