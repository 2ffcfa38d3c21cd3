"""The pages of this room: confirm it is you, and "this wasn't me"."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import FormView

from kecs.accounts.queries import signed_in, state_of
from kecs.assurance import actions
from kecs.assurance.forms import CodeForm, NotMeForm, NotMeLetterForm
from kecs.assurance.gate import Allowed
from kecs.assurance.levels import State
from kecs.assurance.permissions import Function
from kecs.assurance.proving.actions import Entered
from kecs.assurance.queries import may_begin, state_of_account
from kecs.guard.pace import take_one_time

NOT_ME_SESSION_KEY = "not_me"


class ProveView(Allowed, FormView):
    """Confirm it is you: ask for a code or a letter, enter what came. One page, whatever is on file."""

    function = Function.PROVE
    form_class = CodeForm
    template_name = "assurance/prove.html"
    success_url = reverse_lazy("home:home")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing of a record: what she typed herself, and whether this account may prove anything."""
        account_id = signed_in(self.request)
        return {
            **super().get_context_data(**kwargs),
            "account": state_of(account_id),
            "ended": not may_begin(account_id),
        }

    def form_valid(self, form: CodeForm) -> HttpResponse:
        """Says what is still missing, if anything."""
        account_id = signed_in(self.request)
        entered = actions.enter_code(
            account_id=account_id, code=form.cleaned_data["code"], by=f"account:{account_id}"
        )
        if entered is not Entered.ACCEPTED:
            form.add_error("code", self.refusal(entered))
            return self.form_invalid(form)
        messages.success(self.request, self.thanks(account_id))
        return super().form_valid(form)

    def refusal(self, entered: Entered) -> str:
        """Why a code was not taken."""
        if entered is Entered.TOO_MANY:
            return _("You have tried too many codes today. Try again tomorrow, or ask our staff.")
        return _("This code does not work. Check it, or ask for a new one. Only the newest code works.")

    def thanks(self, account_id: UUID) -> str:
        """What the code has done."""
        if state_of_account(account_id) is State.VERIFIED:
            return _("Thank you. You have shown that the record is yours, and it is open to you now.")
        if not state_of(account_id).email_confirmed:
            return _("Thank you. Now confirm your email address. Then your record opens.")
        return _("Thank you. Our staff will look at this and write to you.")


class SendCodeView(Allowed, View):
    """Mails a code, where there is an address to mail it to. The answer is the same, and takes the same time."""

    function = Function.PROVE

    def post(self, request: HttpRequest) -> HttpResponse:
        """Whoever ran out of time begins anew with this."""
        take_one_time(request)
        account_id = signed_in(request)
        held = actions.claim_again(account_id=account_id, by=f"account:{account_id}")
        if held is not None:
            actions.send_code(holding_id=held.holding_id, by=f"account:{account_id}")
        messages.success(
            request,
            _(
                "If we have an email address on file for you, we are sending a code to it. The newest code is the one that works."
            ),
        )
        return redirect("assurance:prove")


class LetterView(Allowed, View):
    """Asks staff for a letter. The answer is the same, and takes the same time."""

    function = Function.PROVE

    def post(self, request: HttpRequest) -> HttpResponse:
        """Asked twice, it is one letter."""
        take_one_time(request)
        account_id = signed_in(request)
        held = actions.claim_again(account_id=account_id, by=f"account:{account_id}")
        if held is not None:
            actions.order_letter(holding_id=held.holding_id, by=f"account:{account_id}")
        messages.success(
            request,
            _("If we have a postal address on file for you, our staff will post a letter with a code to it."),
        )
        return redirect("assurance:prove")


class NotMeLinkView(View):
    """Where the link in a notice leads: the token goes into the session and out of the URL."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Changes nothing else."""
        request.session[NOT_ME_SESSION_KEY] = token
        return redirect("assurance:not_me")


class NotMeView(FormView):
    """This wasn't me: GET explains, POST by a person who ticked the box freezes the claim."""

    form_class = NotMeForm
    template_name = "assurance/not_me.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether a link was opened in this browser."""
        return {"asked": NOT_ME_SESSION_KEY in self.request.session, **super().get_context_data(**kwargs)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where no link was opened there is no box to tick, and none to ask for."""
        if NOT_ME_SESSION_KEY not in request.session:
            return render(request, self.template_name, {"expired": True})
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: NotMeForm) -> HttpResponse:
        """The same words for a claim that was frozen before."""
        done = actions.disavow(token=self.request.session.pop(NOT_ME_SESSION_KEY, ""), by="address_on_file")
        return render(self.request, self.template_name, {"done": done, "expired": not done})


class NotMeLetterView(FormView):
    """The same for whoever got a letter that she did not ask for: she types what stands in it."""

    form_class = NotMeLetterForm
    template_name = "assurance/not_me_letter.html"

    def form_valid(self, form: NotMeLetterForm) -> HttpResponse:
        """The same words, and the same time, for a claim that was frozen before."""
        take_one_time(self.request)
        if not actions.disavow(token=form.cleaned_data["code"], by="address_on_file"):
            form.add_error(
                "code",
                _(
                    "We do not know these letters and numbers, or our letter is too old. Check them, or call us."
                ),
            )
            return self.form_invalid(form)
        return render(self.request, self.template_name, {"done": True})
