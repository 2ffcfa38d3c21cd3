"""The page between a search and its answer, when a mailbox is asked for first."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import View

from kecs.accounts.addresses import mailbox_of
from kecs.audit.clock import portal_clock
from kecs.guard.crowds import counted_here
from kecs.guard.limits import Limit
from kecs.guard.network import network_of
from kecs.guard.pace import take_one_time
from kecs.matching.decide import Claim
from kecs.registration.mailbox import waiting
from kecs.registration.mailbox.actions import accept_code, may_search, send_code
from kecs.registration.mailbox.forms import CodeForm, MailboxForm
from kecs.registration.messages import MANY_CODES
from kecs.registration.searching import search_and_keep

ANYONE = "anonymous"


class MailboxView(View):
    """Type your address; a code is mailed; type the code; then the search that waits is evaluated."""

    claim: Claim

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Only while a search waits."""
        claim = waiting.kept_search(request.session, now=portal_clock())
        if claim is None or request.user.is_authenticated:
            return redirect("registration:search")
        self.claim = claim
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """The field whose turn it is."""
        sent = waiting.kept_code(request.session, now=portal_clock())
        return self.page(CodeForm() if sent else MailboxForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """An address, a code, or the wish for another address."""
        if "another" in request.POST:
            waiting.forget_code(request.session)
            return redirect("registration:mailbox")
        return self.typed_code() if "code" in request.POST else self.typed_address()

    def typed_address(self) -> HttpResponse:
        """Mails the code. The page is the same whether or not the address has had too many mails."""
        form = MailboxForm(self.request.POST)
        if not form.is_valid():
            return self.page(form)
        for_search, _crowded = counted_here(
            session=(Limit.MAILBOX_CODES_PER_SEARCH, waiting.name_of_search(self.request.session)),
            network=(Limit.MAILBOX_CODES_PER_NETWORK, network_of(self.request)),
            by=ANYONE,
        )
        if not for_search.allowed:
            waiting.forget_search(self.request.session)
            messages.warning(self.request, MANY_CODES)
            return redirect("registration:search")
        email, code = form.cleaned_data["email"], waiting.new_code()
        send_code(email=email, code=code, language=translation.get_language() or "en", by=ANYONE)
        waiting.keep_code(self.request.session, code=code, mailbox=mailbox_of(email), now=portal_clock())
        return redirect("registration:mailbox")

    def typed_code(self) -> HttpResponse:
        """Evaluates the search, once, when the code is right."""
        now = portal_clock()
        sent, form = waiting.kept_code(self.request.session, now=now), CodeForm(self.request.POST)
        if sent is None:
            return redirect("registration:mailbox")
        if not form.is_valid():
            return self.page(form)
        if not accept_code(sent=sent, typed=form.cleaned_data["code"], by=ANYONE):
            form.add_error("code", _("This code does not work. Check the newest email, or get a new code."))
            return self.page(form)
        waiting.keep_proven(self.request.session, mailbox=sent.mailbox, now=now)
        if not may_search(mailbox=sent.mailbox, by=ANYONE):
            return render(self.request, "registration/mailbox_used.html", status=429)
        take_one_time(self.request)
        waiting.forget_search(self.request.session)
        return search_and_keep(self.request, claim=self.claim, proven=True)

    def page(self, form: MailboxForm | CodeForm) -> HttpResponse:
        """One page, with one field."""
        context = {"form": form, "asks_code": isinstance(form, CodeForm)}
        return render(self.request, "registration/mailbox.html", context)
