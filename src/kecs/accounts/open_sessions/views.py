"""Where I am signed in, ending it there, and how long this session has left."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from kecs.accounts.factors.doors import KeepsAccount
from kecs.accounts.open_sessions import actions
from kecs.accounts.open_sessions.queries import clock_of, devices_of
from kecs.accounts.queries import signed_in
from kecs.accounts.shut_out.actions import end_sessions


class DevicesView(KeepsAccount, TemplateView):
    """All sessions of my account, this one marked."""

    template_name = "accounts/open_sessions/devices.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Reads only."""
        devices = devices_of(signed_in(self.request), self.request.session.session_key)
        return {**super().get_context_data(**kwargs), "devices": devices}


class EndSessionView(KeepsAccount, View):
    """One of mine, at once."""

    def post(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        """Somebody else's stays."""
        account_id = signed_in(request)
        actions.end_session(account_id=account_id, session_id=session_id, by=f"account:{account_id}")
        messages.success(request, _("You are signed out there."))
        return redirect("accounts:sessions")


class EndOthersView(KeepsAccount, View):
    """All but this one."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """At once."""
        account_id = signed_in(request)
        key = request.session.session_key
        end_sessions(account_id=account_id, except_key=key, by=f"account:{account_id}")
        messages.success(request, _("You are signed out on all other devices."))
        return redirect("accounts:sessions")


class LeftView(KeepsAccount, View):
    """The seconds that this session has left; asking is no use of it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """For the script that warns."""
        clock = clock_of(
            request.session.session_key or "", staff=bool(getattr(request.user, "is_staff", False))
        )
        return JsonResponse({"seconds": round(clock.seconds_left) if clock else 0})


class ExtendView(KeepsAccount, View):
    """One press, and the session goes on."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Says how long."""
        actions.see(session_key=request.session.session_key or "", by=f"account:{signed_in(request)}")
        return LeftView().get(request)
