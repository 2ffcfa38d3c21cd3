"""Doors of the desk: every page of staff names a function, and opens to whoever has a role with it."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views import View

from kecs.accounts.factors.gate import FreshStaffRequired, StaffRequired, may_enter
from kecs.accounts.queries import signed_in
from kecs.accounts.staff.queries import roles_of
from kecs.accounts.staff.roles import StaffRole
from kecs.console.actions import note_refused
from kecs.console.permissions import Function, may

SHUT = 403


class _Named(View):
    """Asks the table, once it is sure that this is a member of staff; before that, those who are not learn nothing."""

    function: ClassVar[Function]
    function_to_send: ClassVar[Function | None] = None  # where sending the form asks for more than looking
    staff: str  # who does it, for the log
    roles: frozenset[StaffRole]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A colleague without the role reads whom to ask, and it is on the log."""
        if may_enter(request):
            account_id = signed_in(request)
            self.staff, self.roles = f"account:{account_id}", roles_of(account_id)
            sends = request.method not in {"GET", "HEAD", "OPTIONS"}
            function = (self.function_to_send if sends else None) or self.function
            if not may(self.roles, function):
                note_refused(function=function.value, by=self.staff)
                return render(request, "console/not_your_role.html", status=SHUT)
        return super().dispatch(request, *args, **kwargs)

    def may(self, function: Function) -> bool:
        """Whether she may do this as well: for buttons and links on the page."""
        return may(self.roles, function)


class DeskView(_Named, StaffRequired):
    """A page of staff."""


class FreshDeskView(_Named, FreshStaffRequired):
    """A page where staff decide: who signed in more than ten minutes ago shows the second factor again, before the form."""
