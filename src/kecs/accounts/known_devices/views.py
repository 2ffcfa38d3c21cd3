"""This wasn't me: the page behind the link in the mail about a new device."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from kecs.accounts.known_devices.actions import disown

SESSION_KEY = "disown_sign_in"


class DisownLinkView(View):
    """Where the link leads: the token goes into the session and out of the URL."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Changes nothing else: programs that open links in mail end no sessions."""
        request.session[SESSION_KEY] = token
        return redirect("accounts:disown")


class DisownView(View):
    """GET explains, POST ends every session."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The button."""
        return render(request, "accounts/disown.html", {"asked": SESSION_KEY in request.session})

    def post(self, request: HttpRequest) -> HttpResponse:
        """The same words the second time."""
        done = disown(token=request.session.pop(SESSION_KEY, ""), by="owner_by_mail")
        return render(request, "accounts/disown.html", {"done": done, "asked": done})
