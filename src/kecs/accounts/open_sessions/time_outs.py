"""Ends sessions that nobody used for a while or that are too old, and loses nothing that was typed; a middleware."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kecs.accounts.actions import list_session
from kecs.accounts.open_sessions import actions, typed
from kecs.accounts.open_sessions.queries import SEEN_EVERY, clock_of
from kecs.accounts.queries import signed_in

# Asks how long the session has left, and is no use of it.
ASKING = "/session/left"
# What a page asks by itself while nobody touches it. Whoever sends this by hand shortens her own session.
BY_ITSELF = "X-By-Itself"
SIGNING_OUT = "/sign-out"


class TimeOuts:
    """Around every view, below the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = bool(request.session.session_key) and request.user.is_authenticated
        if known and not self._goes_on(request):
            return self._over(request)
        response = self.get_response(request)
        self._note_new(request)
        return response

    def process_template_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The page of a form that was sent too late: what was typed comes back."""
        form = (getattr(response, "context_data", None) or {}).get("form")
        if isinstance(form, BaseForm):
            fields = typed.take(request)
            if fields and typed.put_back(form, fields):
                messages.info(request, _("What you typed is back. Look at it, then press the button again."))
        return response

    def _goes_on(self, request: HttpRequest) -> bool:
        """Whether there is time left; notes that the browser was seen."""
        key = request.session.session_key or ""
        clock = clock_of(key, staff=bool(getattr(request.user, "is_staff", False)))
        if clock is None:
            return True
        request.session.listed_as = key  # type: ignore[attr-defined]
        request.session_seconds_left = clock.seconds_left  # type: ignore[attr-defined]
        if clock.over:
            return request.path == SIGNING_OUT
        used = request.path != ASKING and BY_ITSELF not in request.headers
        if used and clock.now - clock.seen_at >= SEEN_EVERY:
            actions.see(session_key=key, by=f"account:{request.user.pk}")
            request.session_seconds_left = clock.seconds_if_seen  # type: ignore[attr-defined]
        return True

    def _over(self, request: HttpRequest) -> HttpResponse:
        """To the sign-in page, which leads back here."""
        account = str(request.user.pk)
        fields = typed.kept_fields(request) if request.method == "POST" else {}
        actions.note_time_out(account_id=signed_in(request), by="system:time_out")
        logout(request)
        if fields:
            typed.keep(request, account=account, fields=fields)
            words = _(
                "You were signed out, because some time went by. Sign in, and what you typed comes back."
            )
        else:
            words = _("You were signed out, because some time went by. Sign in to go on.")
        messages.info(request, words)
        back = typed.page_to_go_back_to(request)
        return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': back})}" if back else settings.LOGIN_URL)

    def _note_new(self, request: HttpRequest) -> None:
        """A sign-in gave the session a new key: it is written down before the browser learns it."""
        session = request.session
        if not session.session_key or not request.user.is_authenticated:
            return
        if session.listed_as != session.session_key:  # type: ignore[attr-defined]
            list_session(request=request, account_id=request.user.pk, by=f"account:{request.user.pk}")
