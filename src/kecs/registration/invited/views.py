"""The page at the end of an invitation: username, email, password, and the Home Page."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views import View

from kecs.accounts.actions import UsernameTaken, sign_in
from kecs.accounts.hashing import HashesPassword
from kecs.accounts.messages import password_rules
from kecs.registration import state
from kecs.registration.account_form import chosen_in, one_too_many
from kecs.registration.actions import AlreadyRegistered
from kecs.registration.forms import AccountForm
from kecs.registration.invited.actions import NoInvitation, create_invited_account
from kecs.registration.invited.queries import Invited, live_invitation

SESSION_KEY = "invitation"  # the digest of the token in the link that was opened
ANYONE = "anonymous"


class InvitedView(HashesPassword, View):
    """For whoever opened the link in this browser. Her name is on it; her birth date is not: a mail may go astray."""

    invited: Invited

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Home for those who have an account; what to do for those whose link works no more."""
        if request.user.is_authenticated:
            return redirect("home:home")
        invited = live_invitation(bytes.fromhex(request.session.get(SESSION_KEY, "")))
        if invited is None:
            return render(request, "registration/invited_over.html")
        self.invited = invited
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> AccountForm:
        """The ordinary form, with the address that she gave."""
        visitor = state.visitor_of(self.request.session)
        initial = {"email": self.invited.email}
        return AccountForm(data, claim=self.invited.claim, visitor=visitor, initial=initial)

    def page(self, form: AccountForm, suggestion: str = "") -> HttpResponse:
        """The form."""
        context = {
            "form": form,
            "claim": self.invited.claim,
            "password_rules": password_rules(),
            "suggestion": suggestion,
        }
        return render(self.request, "registration/invited.html", context)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Nothing typed yet."""
        return self.page(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Registers once."""
        if "suggest" in request.POST:
            visitor = state.visitor_of(request.session)
            typed = request.POST.dict()
            form, suggestion = AccountForm.with_suggestion(typed, claim=self.invited.claim, visitor=visitor)
            return self.page(form, suggestion)
        form = self.form(request.POST)
        if not form.is_valid():
            return self.page(form)
        refused = one_too_many(request)
        if refused:
            return refused
        try:
            account_id = self.register(form)
        except UsernameTaken:
            form.add_error("username", form.username_taken())
            return self.page(form)
        except (
            AlreadyRegistered,
            NoInvitation,
        ):  # the same form, sent a moment before, or another link since
            return render(request, "registration/invited_over.html")
        del request.session[SESSION_KEY]
        sign_in(request=request, account_id=account_id, by=ANYONE)
        return redirect("home:home")

    def register(self, form: AccountForm) -> UUID:
        """As on the other roads."""
        return create_invited_account(invited=self.invited, new=chosen_in(form), by=ANYONE)
