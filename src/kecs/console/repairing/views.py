"""The page of one repair: what will happen, why, and the second click that does it."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kecs.accounts.factors.gate import kept_typed
from kecs.console.gate import FreshDeskView
from kecs.console.messages import (
    REPAIR_EFFECTS,
    REPAIR_PROBLEMS,
    REPAIRS,
    STAFF_ACCOUNT,
    UNLOCK_STOPPED_EFFECT,
)
from kecs.console.permissions import Function
from kecs.console.person.offers import offers_for_person, offers_for_side, person_url
from kecs.console.person.queries import PersonPage, Side
from kecs.console.person.views import PersonRequired
from kecs.console.repairing.actions import NotPossible, StaffAccount, make_repair
from kecs.console.repairing.forms import RepairForm, form_of
from kecs.console.repairs import RULES, Repair

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def effect_of(repair: Repair, side: Side | None) -> "StrOrPromise":
    """What the second click does. To unlock does more after the full stop."""
    if repair is Repair.UNLOCK and side is not None and side.account.stopped:
        return UNLOCK_STOPPED_EFFECT
    return REPAIR_EFFECTS[repair]


class RepairView(PersonRequired, FreshDeskView):
    """One repair. Whoever may not do it has no link to it, and reads whom to ask."""

    function = Function.SEE_PERSON
    repair: Repair
    side: Side | None

    def needed(self) -> Function:
        """What the repair needs, besides the page of the person."""
        repair = self.kwargs["repair"]
        if repair in set(Repair) and self.may(self.function):
            return RULES[Repair(repair)].function
        return super().needed()

    def opened(self, repair: str, *, record_id: UUID | None, account_id: UUID | None) -> PersonPage | None:
        """The person's page, once the look is recorded; None where no reason for looking was given. Raises Http404."""
        if repair not in set(Repair):
            raise Http404
        self.repair = Repair(repair)
        self.find(record_id=record_id, account_id=account_id)
        page = self.looked_at()
        if page is None:
            return None
        of_person = RULES[self.repair].of_record
        found = [side for side in page.sides if side.account.account_id == account_id]
        self.side = None if of_person or not found else found[0]
        if self.side is None and not of_person:
            raise Http404
        return page

    def get(
        self,
        request: HttpRequest,
        repair: str,
        record_id: UUID | None = None,
        account_id: UUID | None = None,
    ) -> HttpResponse:
        """The form, where there is something to do; else back to the page, which says how it stands."""
        page = self.opened(repair, record_id=record_id, account_id=account_id)
        if page is None or self.repair.name.lower() not in self.offers(page):
            return redirect(person_url(self.whom))
        return self.page(page, form_of(self.repair)(self.side, initial=kept_typed(request)))

    def post(
        self,
        request: HttpRequest,
        repair: str,
        record_id: UUID | None = None,
        account_id: UUID | None = None,
    ) -> HttpResponse:
        """Does it, and back to the person's page."""
        page = self.opened(repair, record_id=record_id, account_id=account_id)
        if page is None:
            return redirect(person_url(self.whom))
        form = form_of(self.repair)(self.side, request.POST)
        if not form.is_valid():
            return self.page(page, form)
        return self.make(page, form)

    def make(self, page: PersonPage, form: RepairForm) -> HttpResponse:
        """Once; where something has changed meanwhile, the page says what."""
        try:
            make_repair(
                repair=self.repair,
                whom=page.whom,
                account_id=self.side.account.account_id if self.side else None,
                answers=form.answers,
                by=self.staff,
            )
        except StaffAccount:
            form.add_error(None, STAFF_ACCOUNT)
            return self.page(page, form, status=403)
        except NotPossible as error:
            form.add_error(None, REPAIR_PROBLEMS[error.reason])
            return self.page(page, form, status=409)
        messages.success(self.request, _("Done: %(what)s.") % {"what": REPAIRS[self.repair]})
        return redirect(person_url(self.whom))

    def offers(self, page: PersonPage) -> dict[str, str]:
        """What the page offers on this side."""
        if self.side is None:
            return offers_for_person(page, roles=self.roles)
        return offers_for_side(self.side, roles=self.roles)

    def page(self, page: PersonPage, form: RepairForm, status: int = 200) -> HttpResponse:
        """With what will happen."""
        context: dict[str, Any] = {
            "page": page,
            "side": self.side,
            "form": form,
            "title": REPAIRS[self.repair],
            "effect": effect_of(self.repair, self.side),
            "back": person_url(self.whom),
        }
        return render(self.request, "console/repair.html", context, status=status)
