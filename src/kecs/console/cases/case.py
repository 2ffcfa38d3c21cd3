"""The page of a case: its sides, what staff may decide, and the mails that follow, shown before the second yes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from kecs.accounts.factors.gate import kept_typed
from kecs.accounts.queries import signed_in
from kecs.accounts.staff.queries import usernames_with
from kecs.assurance.actions import Reason
from kecs.console.cases import actions, decision
from kecs.console.cases.forms import DecisionForm, ReopenForm, TakeForm
from kecs.console.cases.messages import (
    ABOUT,
    CANNOT_ACCEPT,
    CANNOT_PUT_BACK,
    CHANGES,
    CHOOSE_COLLEAGUE,
    CLOSED,
    COLLEAGUE_HAS_IT,
    DISOWNED,
    GIVEN_BACK,
    HANDED_OVER,
    NOT_YOURS,
    NUMBER_TAKEN,
    OPEN_AGAIN,
    SHUT,
    STAYS_CLOSED,
    WILL_STOP,
    YOURS_NOW,
)
from kecs.console.cases.queries import CasePage, Situation, case_page
from kecs.console.cases.queue import lateness
from kecs.console.cases.rehearsing import Preview, rehearsed
from kecs.console.cases.waterfalls import told
from kecs.console.gate import FreshDeskView
from kecs.console.messages import (
    CASE_OUTCOMES,
    INVITED_BY_YOU,
    KINDS,
    NOT_POSSIBLE,
    OUTCOME_LABELS,
    OWN_CASE,
)
from kecs.console.outcomes import OwnCase, why_shut
from kecs.console.permissions import PERMISSIONS, Function
from kecs.records.cases.queries import case_with_id
from kecs.records.kinds import CaseKind

LINKED = frozenset({CaseKind.LINKAGE_DUPLICATE, CaseKind.LINKAGE_OTHER_FIRST_NAME})


def colleagues(besides: Iterable[UUID], function: Function = Function.DECIDE_CASE) -> dict[UUID, str]:
    """Who may decide it, by username: staff whose roles allow it, and whom it is not about."""
    about, may = set(besides), usernames_with(PERMISSIONS[function])
    return {account: name for account, name in may.items() if account not in about}


def cannot(situation: Situation) -> Any:
    """Why a button that one looks for is not there."""
    if situation.request and situation.request.is_open and situation.request.in_the_way:
        return CANNOT_ACCEPT[situation.request.in_the_way]
    contested = situation.contested
    return CANNOT_PUT_BACK if contested and contested.may_be_put_back and contested.in_the_way else ""


class CasePageView(FreshDeskView):
    """A page about one case. Whatever it shows, the look is on the log."""

    function = Function.SEE_CASES
    function_to_send = Function.DECIDE_CASE

    @property
    def me(self) -> UUID:
        """Whoever looks."""
        return signed_in(self.request)

    def looked_at(self, case_id: UUID) -> CasePage:
        """The case, once the look is recorded. Raises Http404, and OwnCase before it shows a fact of her own record."""
        case = case_with_id(case_id)
        if case is None:
            raise Http404
        actions.look_at_case(case=case, by=self.staff)
        return case_page(case)

    def page(
        self, page: CasePage, form: DecisionForm, template: str = "case", status: int = 200, **more: Any
    ) -> HttpResponse:
        """Rendered, with the words of its kind."""
        case, situation = page.case, page.situation
        disowned = case.kind == CaseKind.CORRECTION and situation.request is None
        about, check = DISOWNED if disowned else ABOUT.get(case.kind, ("", ""))
        ids = situation.record_ids
        context: dict[str, Any] = {
            "page": page,
            "form": form,
            "kind": KINDS.get(case.kind, case.kind),
            "number": case.case_id.hex[:8].upper(),
            "about": about,
            "check": check,
            "cannot": cannot(situation),
            "late": lateness(case.due_on),
            "mine": case.taken_by == self.me,
            "me": self.me,
            "decides": self.may(Function.DECIDE_CASE),
            "colleagues": colleagues([*situation.parties, self.me]) if not case.closed_at else {},
            "waterfall": told(case.waterfall) if case.waterfall else None,
            "pair": ids if len(ids) == 2 and (case.kind in LINKED or situation.shape.holds) else (),
            **more,
        }
        return render(self.request, f"console/{template}.html", context, status=status)

    def closed(self, page: CasePage, *, too_late: bool = False) -> HttpResponse:
        """How it ended, and whether it may be opened again."""
        shut, outcome = why_shut(page.case.outcome), page.case.outcome
        more = {
            "too_late": too_late,
            "ended": CASE_OUTCOMES.get(outcome, outcome),
            "shut": SHUT[shut] if shut else "",
            "reopen": ReopenForm(),
        }
        status = 409 if too_late else 200
        return self.page(page, DecisionForm(page), "closed", status, **more)


class CaseView(CasePageView):
    """The sides next to each other, and what staff may decide."""

    def get(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """A closed case says how it ended."""
        page = self.looked_at(case_id)
        if page.case.closed_at:
            return self.closed(page)
        return self.page(page, DecisionForm(page, initial=dict(kept_typed(request))))

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """Asks once more, with the mails that will be sent, and then decides."""
        page = self.looked_at(case_id)
        if page.case.closed_at:
            return self.closed(page, too_late=True)
        form = DecisionForm(page, request.POST)
        if not form.is_valid():
            return self.page(page, form)
        try:
            if "confirmed" in request.POST:
                return self.decide(page, form)
            return self.ask(page, form)
        except decision.DecidedBefore:
            return self.closed(self.looked_at(case_id), too_late=True)
        except decision.ChangedSince as since:
            return self.anew(case_id, form, changed=[CHANGES[part] for part in since.parts])
        except decision.Colleagues:
            return self.refused(page, form, COLLEAGUE_HAS_IT, 409)
        except decision.InvitedByHerself:
            return self.refused(page, form, INVITED_BY_YOU, 409)
        except decision.NotPossible:
            return self.refused(page, form, NOT_POSSIBLE, 409)

    def ask(self, page: CasePage, form: DecisionForm) -> HttpResponse:
        """Is this right? The decision is rehearsed, so that one which cannot be carried out is refused here already."""
        try:
            mails, warning = self.mails(page, form), ""
        except decision.NumberTaken:
            mails, warning = [], str(WILL_STOP)
        outcome = OUTCOME_LABELS[form.decision.outcome]
        return self.page(page, form, "confirm", outcome=outcome, mails=mails, warning=warning)

    def mails(self, page: CasePage, form: DecisionForm) -> list[Preview]:
        """What this decision would send."""

        def act(english: bool) -> None:
            chosen = form.in_english if english else form.decision
            actions.decide_case(case=page.case, decision=chosen, by=self.staff)

        language = page.case.facts.get("language", "")
        return rehearsed(act=act, accounts=page.situation.accounts, language=language, by=self.staff)

    def decide(self, page: CasePage, form: DecisionForm) -> HttpResponse:
        """Once; who comes second reads so."""
        try:
            actions.decide_case(case=page.case, decision=form.decision, by=self.staff)
        except decision.NumberTaken:
            messages.warning(self.request, NUMBER_TAKEN)
            return redirect("console:case", page.case.case_id)
        messages.success(self.request, CLOSED)
        return redirect("console:cases")

    def refused(self, page: CasePage, form: DecisionForm, why: Any, status: int) -> HttpResponse:
        """The page again, with the reason why nothing was done."""
        form.add_error(None, why)
        return self.page(page, form, status=status)

    def anew(self, case_id: UUID, form: DecisionForm, *, changed: list[Any]) -> HttpResponse:
        """The page as it is now, with what changed, and nothing of what was chosen."""
        page = self.looked_at(case_id)
        kept = {name: value for name, value in form.data.items() if name in {"reason", "note"}}
        return self.page(page, DecisionForm(page, initial=kept), status=409, changed=changed)


class ComesBackView(CasePageView):
    """A form without a page of its own: whoever signs in again first is led back to the case."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Which case it is stands in the address."""
        self.comes_back_to = reverse("console:case", args=[kwargs["case_id"]])
        return super().dispatch(request, *args, **kwargs)

    def comes_back(self, case_id: UUID) -> HttpResponse:
        """To the case."""
        return redirect("console:case", case_id)


class TakeCaseView(ComesBackView):
    """Take it, give it back, give it to a colleague."""

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """Of two at once one has it, and the other reads so."""
        page = self.looked_at(case_id)
        form = TakeForm({self.me: "", **colleagues(page.situation.parties)}, request.POST)
        if not form.is_valid():
            messages.warning(request, CHOOSE_COLLEAGUE)
            return self.comes_back(case_id)
        was, now = form.cleaned_data["was"], form.now_id
        try:
            done = actions.take_case(case=page.case, was=was, now=now, by=self.staff)
        except OwnCase:
            messages.warning(request, OWN_CASE)
            return self.comes_back(case_id)
        say_whose(request, done=done, now=now, me=self.me)
        return self.comes_back(case_id)


def say_whose(request: HttpRequest, *, done: bool, now: UUID | None, me: UUID) -> None:
    """What became of taking, giving back or giving on."""
    if not done:
        messages.warning(request, NOT_YOURS)
    elif now is None:
        messages.success(request, GIVEN_BACK)
    else:
        messages.success(request, YOURS_NOW if now == me else HANDED_OVER)


class ReopenView(ComesBackView):
    """A closed case waits again."""

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """With a reason; where its outcome stands for good, it stays closed."""
        page, form = self.looked_at(case_id), ReopenForm(request.POST)
        if not page.case.closed_at:
            return self.comes_back(case_id)
        if not form.is_valid():
            return self.page(page, DecisionForm(page), "closed", reopen=form)
        try:
            reason = Reason(form.cleaned_data["reason"])
            if actions.open_again(case=page.case, reason=reason, by=self.staff):
                messages.success(request, OPEN_AGAIN)
        except decision.StaysClosed:
            messages.warning(request, STAYS_CLOSED)
        except OwnCase:
            messages.warning(request, OWN_CASE)
        return redirect("console:case", case_id)
