"""The pages of a request: ask, see where it stands, send more, take it back; and "this wasn't me"."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views import View
from django.views.generic import FormView

from kecs.accounts.factors.gate import kept_typed
from kecs.accounts.queries import signed_in
from kecs.assurance.gate import Allowed
from kecs.assurance.permissions import Function
from kecs.corrections import actions, messages
from kecs.corrections.documents.actions import NotOpen, TooManyDocuments, add_documents
from kecs.corrections.forms import CorrectionForm, DocumentsForm
from kecs.corrections.kinds import MOST_DOCUMENTS, DocumentState
from kecs.corrections.queries import CorrectionView, newest_of
from kecs.guard.actions import count
from kecs.guard.limits import Limit

NOT_ME_SESSION_KEY = "correction_not_me"


class MayAsk(Allowed):
    """Whoever the table of permissions lets ask. She is told nothing but what she typed."""

    function = Function.FOLLOW_CORRECTION
    request: HttpRequest

    @property
    def by(self) -> str:
        """The account, as the log names it."""
        return f"account:{signed_in(self.request)}"

    def may_send(self, limit: Limit) -> bool:
        """Counted before the work is done."""
        return count(limit=limit, subject=str(signed_in(self.request)), by=self.by).allowed

    def not_today(self) -> HttpResponse:
        """Past a limit."""
        notes.warning(self.request, messages.NOT_TODAY)
        return redirect("home:home")


class AskView(MayAsk, FormView):
    """What is wrong, what is right, why, and documents. A borrowed open browser cannot ask."""

    function = Function.ASK_FOR_CORRECTION
    form_class = CorrectionForm
    template_name = "corrections/ask.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who has an open request is led to it."""
        if request.user.is_authenticated:
            newest = newest_of(signed_in(request))
            if newest and newest.is_open:
                if request.method == "POST":
                    notes.info(request, messages.ALREADY_ASKED)
                return redirect("corrections:state")
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """What was typed before she was asked who she is, once."""
        return {**super().get_initial(), **kept_typed(self.request)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Counts what is sent."""
        if not self.may_send(Limit.DOCUMENTS_SENT_PER_ACCOUNT_DAY):
            return self.not_today()
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: CorrectionForm) -> HttpResponse:
        """A request, or the one that came first by a moment."""
        if not self.may_send(Limit.CORRECTIONS_PER_ACCOUNT_DAY):
            return self.not_today()
        try:
            actions.ask_for_correction(
                account_id=signed_in(self.request),
                asked=form.asked,
                uploads=form.cleaned_data["documents"],
                by=self.by,
            )
        except actions.AlreadyAsked:
            notes.info(self.request, messages.ALREADY_ASKED)
        return redirect("corrections:state")


class StateView(MayAsk, View):
    """Where the request stands, what comes next, and how long it takes."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The newest request; without any, the page to make one."""
        newest = newest_of(signed_in(request))
        if newest is None:
            return redirect("corrections:ask")
        return self.page(newest, DocumentsForm())

    def page(self, correction: CorrectionView, form: DocumentsForm) -> HttpResponse:
        """The page, with what was typed."""
        sent = [each for each in correction.documents if each.state is not DocumentState.REFUSED]
        context = {
            "correction": correction,
            "facts": [messages.FACTS[fact] for fact in correction.facts],
            "birth_date": date.fromisoformat(correction.birth_date) if correction.birth_date else None,
            "why": messages.WHY[correction.why],
            "days": settings.KECS_CORRECTIONS_TAKE_DAYS,
            "kept_days": settings.KECS_DOCUMENTS_KEPT_DAYS,
            "form": form if correction.is_open and len(sent) < MOST_DOCUMENTS else None,
        }
        return render(self.request, "corrections/state.html", context)


class DocumentsView(StateView):
    """More documents."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Back to where the request stands."""
        newest = newest_of(signed_in(request))
        if newest is None or not newest.is_open:
            return redirect("corrections:state")
        if not self.may_send(Limit.DOCUMENTS_SENT_PER_ACCOUNT_DAY):
            return self.not_today()
        form = DocumentsForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(newest, form)
        try:
            uploads = form.cleaned_data["documents"]
            add_documents(correction_id=newest.correction_id, uploads=uploads, by=self.by)
        except TooManyDocuments:
            form.add_error("documents", messages.TOO_MANY)
            return self.page(newest, form)
        except NotOpen:
            notes.info(request, messages.CLOSED_MEANWHILE)
            return redirect("corrections:state")
        notes.success(request, messages.ADDED)
        return redirect("corrections:state")


class WithdrawView(MayAsk, View):
    """I changed my mind."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Done once; what was decided meanwhile stays so."""
        if actions.withdraw_correction(account_id=signed_in(request), by=self.by):
            notes.success(request, messages.WITHDRAWN)
        else:
            notes.info(request, messages.CLOSED_MEANWHILE)
        return redirect("corrections:state")


class NotMeLinkView(View):
    """Where the link in a notice leads: the token goes into the session and out of the URL."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Changes nothing else."""
        request.session[NOT_ME_SESSION_KEY] = token
        return redirect("corrections:not_me")


class NotMeView(View):
    """This wasn't me: GET explains, POST stops it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The button."""
        return render(request, "corrections/not_me.html", {"asked": NOT_ME_SESSION_KEY in request.session})

    def post(self, request: HttpRequest) -> HttpResponse:
        """The same words for a request that was stopped before."""
        token = request.session.pop(NOT_ME_SESSION_KEY, "")
        done = actions.contest_correction(token=token, by="address_on_file")
        return render(request, "corrections/not_me.html", {"done": done, "expired": not done})
