"""Doors of the desk: every page of staff names a function, and opens to whoever has a role with it."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views import View

from kecs.accounts.factors.gate import FreshStaffRequired, StaffRequired, may_enter
from kecs.accounts.help_desk.queries import OwnAccount
from kecs.accounts.queries import signed_in
from kecs.accounts.staff.queries import roles_of
from kecs.accounts.staff.roles import StaffRole
from kecs.console.actions import note_refused
from kecs.console.outcomes import OwnCase
from kecs.console.permissions import Function, may
from kecs.records.person_file.queries import OwnRecord

SHUT = 403


class _Named(View):
    """Asks the table, once it is sure that this is a member of staff; before that, those who are not learn nothing."""

    function: ClassVar[Function]
    function_to_send: ClassVar[Function | None] = None  # where sending the form asks for more than looking
    staff: str  # who does it, for the log
    roles: frozenset[StaffRole]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A colleague without the role reads whom to ask, and it is on the log; her own page is a colleague's to open."""
        if may_enter(request):
            account_id = signed_in(request)
            self.staff, self.roles = f"account:{account_id}", roles_of(account_id)
            function = self.needed()
            if not may(self.roles, function):
                note_refused(function=function.value, by=self.staff)
                return render(request, "console/not_your_role.html", status=SHUT)
        try:
            return super().dispatch(request, *args, **kwargs)
        except (OwnRecord, OwnAccount, OwnCase):
            return render(request, "console/own_file.html", status=SHUT)

    def needed(self) -> Function:
        """What she must be allowed to do for this request."""
        sends = self.request.method not in {"GET", "HEAD", "OPTIONS"}
        return (self.function_to_send if sends else None) or self.function

    def may(self, function: Function) -> bool:
        """Whether she may do this as well: for buttons and links on the page."""
        return may(self.roles, function)


class DeskView(_Named, StaffRequired):
    """A page of staff."""


class FreshDeskView(_Named, FreshStaffRequired):
    """A page where staff decide: who signed in more than ten minutes ago shows the second factor again, before the form."""
