"""My email addresses, and the way back that a link in a mail leads to."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import FormView, TemplateView

from kecs.accounts.book import actions
from kecs.accounts.book.queries import entries_of
from kecs.accounts.factors.doors import ChangesAccount, KeepsAccount
from kecs.accounts.forms import ChangeEmailForm
from kecs.accounts.queries import signed_in
from kecs.accounts.tokens import digest_of_token

UNDO_SESSION_KEY = "undo_address"  # the digest of the token in the link that was opened


class AddressesView(KeepsAccount, TemplateView):
    """All of them, and what can be done with each."""

    template_name = "accounts/book/addresses.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Reads only."""
        entries = entries_of(signed_in(self.request))
        confirmed = sum(entry.confirmed for entry in entries)
        return {**super().get_context_data(**kwargs), "entries": entries, "only_one": confirmed < 2}


class AddAddressView(ChangesAccount, FormView):
    """One more; the page that follows is the same whoever else has it."""

    form_class = ChangeEmailForm
    template_name = "accounts/book/add_address.html"
    success_url = reverse_lazy("accounts:addresses")

    def form_valid(self, form: ChangeEmailForm) -> HttpResponse:
        """Adds it and sends the link."""
        account_id = signed_in(self.request)
        email = form.cleaned_data["email"]
        if not actions.add_address(account_id=account_id, email=email, by=f"account:{account_id}"):
            form.add_error("email", _("You have five addresses. Remove one before you add another."))
            return self.form_invalid(form)
        messages.success(
            self.request, _("We are sending a link to the new address. Open it and press the button.")
        )
        return super().form_valid(form)


class AddressActView(ChangesAccount, View):
    """What a button beside an address does; GET goes to the list."""

    comes_back_to = reverse_lazy("accounts:addresses")

    def act(self, address_id: int) -> None:
        """Does it."""
        raise NotImplementedError

    def post(self, request: HttpRequest, address_id: int) -> HttpResponse:
        """Does it and shows the list."""
        self.act(address_id)
        return redirect("accounts:addresses")

    def words(self) -> dict[str, Any]:
        """Arguments of every action here."""
        account_id = signed_in(self.request)
        return {"account_id": account_id, "by": f"account:{account_id}"}


class ChoosePrimaryView(AddressActView):
    """Mail goes there."""

    def act(self, address_id: int) -> None:
        """A confirmed address only."""
        if actions.choose_primary(address_id=address_id, **self.words()):
            messages.success(
                self.request, _("We send mail to this address now. We told the address before it.")
            )


class RemoveAddressView(AddressActView):
    """Away with it."""

    def act(self, address_id: int) -> None:
        """Never the one for mail."""
        if actions.remove_address(address_id=address_id, **self.words()):
            messages.success(self.request, _("The address is removed."))


class ResendLinkView(AddressActView):
    """The link once more."""

    def act(self, address_id: int) -> None:
        """Always the same answer."""
        actions.resend_link(address_id=address_id, **self.words())
        messages.success(
            self.request, _("We are sending the email once more. The newest link is the one that works.")
        )


class UndoLinkView(View):
    """Where the mailed link leads: the token's digest goes into the session, the token out of the URL."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Changes nothing else."""
        request.session[UNDO_SESSION_KEY] = digest_of_token(token).hex()
        return redirect("accounts:undo")


class UndoView(View):
    """GET shows a button; POST needs no sign-in, because the account may be in the wrong hands."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The same page for every link."""
        return render(request, "accounts/book/undo.html")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Takes the change back and says what to do next."""
        digest = bytes.fromhex(request.session.pop(UNDO_SESSION_KEY, ""))
        done = actions.undo_change(token_digest=digest, by="anonymous")
        return render(request, "accounts/book/undo.html", {"outcome": "done" if done else "expired"})
