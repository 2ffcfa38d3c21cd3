"""Doors that other rooms put before their pages: staff with a second factor, and risky acts after a fresh sign-in."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import AccessMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from kecs.accounts.factors.kinds import Factor
from kecs.accounts.factors.queries import factor_used, has_second_factor
from kecs.accounts.queries import is_fresh, signed_in

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TYPED_SESSION_KEY = "typed"
# What is never kept, whatever the form: the parts of names of fields that hold secrets.
NEVER_KEPT = ("password", "token", "code", "credential", "ssn", "last4")
MOST_KEPT = 16 * 1024


def may_enter(request: HttpRequest) -> bool:
    """Whether this is a member of staff with a second factor that was shown in this session."""
    return (
        request.user.is_authenticated
        and request.user.is_staff
        and has_second_factor(signed_in(request))
        and factor_used(request, request.user) != Factor.PASSWORD
    )


class StaffRequired(AccessMixin, View):
    """For pages of staff: signed in, marked as staff, and with a second factor that was shown in this session.

    A member of staff without one is led to where she sets it up, and gets nothing else here. To everybody else there
    is no such page.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Raises Http404 for people who are not staff."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if not request.user.is_staff:
            raise Http404
        if not has_second_factor(signed_in(request)):
            messages.warning(request, _("Staff pages open after you set up a second step. Choose one here."))
            return redirect("accounts:second_step")
        if factor_used(request, request.user) == Factor.PASSWORD:
            return ask_again(request, back=request.get_full_path(), second=True)
        return super().dispatch(request, *args, **kwargs)


class FreshStaffRequired(StaffRequired):
    """For what staff decide: who signed in more than ten minutes ago shows the second factor again, before the form.

    A view whose form needs no page of its own names the page in `comes_back_to`; what was chosen is kept for it.
    """

    comes_back_to: "StrOrPromise" = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who may not come in at all is told nothing of this."""
        if is_fresh(request) or not may_enter(request):
            return super().dispatch(request, *args, **kwargs)
        return shows_again(request, comes_back_to=str(self.comes_back_to), second=True)


class FreshSignInRequired(AccessMixin, View):
    """For risky acts: who signed in more than ten minutes ago shows first that it is still she.

    Put it on the page with the form, so that she is asked before she types. A POST that comes too late loses nothing:
    a FormView shows the form again with what was typed. A view without a page names the one in `comes_back_to`.
    """

    comes_back_to: "StrOrPromise" = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Leads to the question where it is due."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if is_fresh(request):
            return super().dispatch(request, *args, **kwargs)
        return shows_again(request, comes_back_to=str(self.comes_back_to))

    def get_initial(self) -> dict[str, Any]:
        """What was typed before she was asked, once."""
        initial: dict[str, Any] = super().get_initial()  # type: ignore[misc]  # FormView's
        return {**initial, **kept_typed(self.request)}


def shows_again(request: HttpRequest, *, comes_back_to: str = "", second: bool = False) -> HttpResponse:
    """To the page that asks who is there; a form that came too late is kept for the page that it leads back to."""
    back = request.get_full_path()
    if request.method == "POST":
        keep_typed(request)
        back = comes_back_to or back
    return ask_again(request, back=back, second=second)


def ask_again(request: HttpRequest, *, back: str, second: bool = False) -> HttpResponse:
    """To the page that asks who is there; it leads back. With `second` the password alone is not enough."""
    asked = {"next": back, **({"second": "1"} if second else {})}
    return redirect(f"{reverse('accounts:confirm_again')}?{urlencode(asked)}")


def keep_typed(request: HttpRequest) -> None:
    """Keep a form in the session, which is sealed, without anything secret."""
    fields = {
        name: value
        for name, value in request.POST.items()
        if isinstance(value, str) and not any(word in name.lower() for word in NEVER_KEPT)
    }
    if sum(len(value) for value in fields.values()) <= MOST_KEPT:
        request.session[TYPED_SESSION_KEY] = {"path": request.path, "fields": fields}


def kept_typed(request: HttpRequest) -> dict[str, str]:
    """What was kept for this page. It is handed out once."""
    kept = request.session.get(TYPED_SESSION_KEY)
    if request.method != "GET" or not kept or kept["path"] != request.path:
        return {}
    del request.session[TYPED_SESSION_KEY]
    return dict(kept["fields"])
