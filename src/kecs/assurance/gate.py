"""A view behind sign-in names a function; whoever may not do it yet gets a plain page that says what to do.

The pages of the account itself stand in a room below, which cannot name one: they ask at its doors.
"""

from typing import Any, ClassVar

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from kecs.accounts.factors.doors import Door
from kecs.accounts.factors.gate import shows_again
from kecs.accounts.queries import is_fresh, signed_in
from kecs.assurance.levels import State, seen
from kecs.assurance.permissions import Function, everybody_may, may, needs_fresh_sign_in
from kecs.assurance.queries import state_for, state_with
from kecs.records.holdings.queries import HeldRecord, last_held_by

SHUT = 403
DOORS = {Door.KEEP: Function.KEEP_ACCOUNT, Door.CHANGE: Function.CHANGE_ACCOUNT}


def at_the_door(request: HttpRequest, door: Door) -> HttpResponse | None:
    """What the table says of an account's own page; None where she may."""
    if everybody_may(DOORS[door]):
        return None
    state = state_for(request)
    return None if may(state, DOORS[door]) else not_yet(request, state)


def not_yet(request: HttpRequest, state: State) -> HttpResponse:
    """The same page for all who have something to prove, whether or not there is a record."""
    context = {"state": state.value, "may_prove": may(state, Function.PROVE)}
    return render(request, "assurance/not_yet.html", context, status=SHUT)


class Allowed(LoginRequiredMixin):
    """Mixin, to stand before View: asks the table of permissions."""

    function: ClassVar[Function]
    state: State
    last_hold: HeldRecord | None  # what it was judged by, for a page that shows more of it

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The view for those who may; the way to sign in for strangers; what to do next for all others.

        Whom only a fresh sign-in is missing shows that it is she, and comes back.
        """
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.last_hold, fresh = last_held_by(signed_in(request)), is_fresh(request)
        self.state = seen(state_with(self.last_hold), fresh=fresh)
        if needs_fresh_sign_in(self.state, self.function, fresh=fresh):
            return shows_again(request)
        if not may(self.state, self.function):
            return self.not_yet(request)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def not_yet(self, request: HttpRequest) -> HttpResponse:
        """A view may say it in another way."""
        return not_yet(request, self.state)
