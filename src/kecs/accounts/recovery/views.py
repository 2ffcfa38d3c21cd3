"""I cannot get into my account any more: the request, the link to the new address, and the link that stops it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views import View
from django.views.generic import FormView, TemplateView

from kecs.accounts.recovery import actions
from kecs.accounts.recovery.forms import RecoveryForm
from kecs.accounts.recovery_status import Status
from kecs.accounts.tokens import digest_of_token
from kecs.guard.crowds import BoxInCrowds
from kecs.guard.limits import Limit

CONFIRM_SESSION_KEY = "recovery"  # the digests of the tokens in the links that were opened
CANCEL_SESSION_KEY = "cancel_recovery"


class AskForRecoveryView(BoxInCrowds, FormView):
    """The answer is the same whoever asks for whom."""

    crowd = Limit.RECOVERIES_PER_NETWORK
    form_class = RecoveryForm
    template_name = "accounts/recovery/ask.html"
    success_url = reverse_lazy("accounts:recovery_sent")

    def form_valid(self, form: RecoveryForm) -> HttpResponse:
        """Keeps it and sends the link."""
        if not self.passed_in_crowd(form):
            return self.form_invalid(form)
        words = {field: form.cleaned_data[field] for field in ("name", "login", "email", "message")}
        actions.ask_for_recovery(**words, by="anonymous")
        return super().form_valid(form)


class RecoverySentView(TemplateView):
    """Look in your mail."""

    template_name = "accounts/recovery/sent.html"


class TokenLinkView(View):
    """Where a mailed link leads: the token's digest goes into the session, the token out of the URL."""

    session_key = ""
    leads_to = ""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Changes nothing else."""
        request.session[self.session_key] = digest_of_token(token).hex()
        return redirect(self.leads_to)


class ConfirmRecoveryView(View):
    """GET shows a button, POST confirms the new address. Who reads that mail asked for it: no sign-in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The same page for every link."""
        return render(request, "accounts/recovery/confirm.html")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Says what comes next."""
        digest = bytes.fromhex(request.session.pop(CONFIRM_SESSION_KEY, ""))
        done = actions.confirm_recovery(token_digest=digest, by="anonymous")
        outcome = {None: "expired", Status.APPROVED: "under_way"}.get(done, "done")
        return render(request, "accounts/recovery/confirm.html", {"outcome": outcome})


class CancelRecoveryView(View):
    """GET shows a button, POST stops the recovery; no sign-in, because the owner may not get in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The same page for every link."""
        return render(request, "accounts/recovery/cancel.html")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Says that it will not happen."""
        digest = bytes.fromhex(request.session.pop(CANCEL_SESSION_KEY, ""))
        done = actions.cancel_recovery(token_digest=digest, by="anonymous")
        return render(request, "accounts/recovery/cancel.html", {"outcome": "done" if done else "expired"})
