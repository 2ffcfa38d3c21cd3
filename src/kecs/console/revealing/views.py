"""Showing a whole Social Security number: a reason, a ticket and a fresh second factor; once, and masked again after half a minute."""

import secrets
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from kecs.accounts.factors.gate import kept_typed
from kecs.console.gate import FreshDeskView
from kecs.console.messages import CHOOSE_REASON
from kecs.console.permissions import Fact, Function, may_see
from kecs.console.person.offers import person_url
from kecs.console.person.queries import PersonPage
from kecs.console.person.views import PersonRequired
from kecs.console.revealing.actions import RevealsStopped, reveal_ssn
from kecs.records.revealing.actions import NoWholeNumber
from kecs.records.revealing.messages import REVEAL_REASONS
from kecs.records.revealing.reasons import MOST_TICKET, RevealReason, is_ticket

TICKET = _(
    "Enter the number of the ticket: letters, digits and hyphens, and no Social Security number or date."
)
SHOWN_ONCE = _("The number was shown once. To see it again, say again why.")
STOPPED = _(
    "You saw as many numbers as an hour allows. A security officer must speak with you before you see more."
)
ONCE_SESSION_KEY = "reveal"
SECONDS = 30
# A browser without script masks nothing: there the page leaves by itself.
LEAVES_AFTER = 120


class RevealForm(forms.Form):
    """Why, and the agency's own ticket. `once` makes each form good for one look: a page that is loaded again shows nothing."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("", _("Choose a reason")),
            *((each.value, words) for each, words in REVEAL_REASONS.items()),
        ],
        widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={"required": CHOOSE_REASON, "invalid_choice": CHOOSE_REASON},
    )
    ticket = forms.CharField(
        label=_("Ticket number"),
        help_text=_("It is kept with the reason. Do not write anything about the person."),
        max_length=MOST_TICKET,
        widget=forms.TextInput(attrs={"class": "usa-input", "autocomplete": "off"}),
        error_messages={"required": TICKET, "max_length": TICKET},
    )
    once = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_ticket(self) -> str:
        """No personal number in its place."""
        ticket: str = self.cleaned_data["ticket"].strip()
        if not is_ticket(ticket):
            self.data = {**dict(self.data.items()), "ticket": ""}  # what it may be instead is not shown again
            raise ValidationError(TICKET, code="ticket")
        return ticket


class RevealView(PersonRequired, FreshDeskView):
    """The form by GET, the number by POST: it is never in an address."""

    function = Function.REVEAL_SSN

    def opened(self, record_id: UUID) -> PersonPage | None:
        """The person's page, once the look is recorded. Raises Http404."""
        self.find(record_id=record_id)
        page = self.looked_at()
        if page is not None and not may_see(self.roles, Fact.SSN, page.state):
            raise Http404
        return page

    def get(self, request: HttpRequest, record_id: UUID) -> HttpResponse:
        """Without a reason for looking at all, the page asks for that first."""
        page = self.opened(record_id)
        if page is None:
            return redirect(person_url(self.whom))
        return self.form(page, RevealForm(initial=kept_typed(request)))

    def post(self, request: HttpRequest, record_id: UUID) -> HttpResponse:
        """Shows it once."""
        page = self.opened(record_id)
        if page is None:
            return redirect(person_url(self.whom))
        form = RevealForm(request.POST)
        once = request.session.pop(ONCE_SESSION_KEY, "")
        if not form.is_valid():
            return self.form(page, form)
        if not once or not secrets.compare_digest(once, form.cleaned_data["once"]):
            form.add_error(None, SHOWN_ONCE)
            return self.form(page, form, status=409)
        return self.shown(page, form, record_id)

    def shown(self, page: PersonPage, form: RevealForm, record_id: UUID) -> HttpResponse:
        """The number, or why not."""
        reason = RevealReason(form.cleaned_data["reason"])
        ticket = form.cleaned_data["ticket"]
        try:
            number = reveal_ssn(record_id=record_id, reason=reason, ticket=ticket, by=self.staff)
        except RevealsStopped:
            form.add_error(None, STOPPED)
            return self.form(page, form, status=429)
        except NoWholeNumber:
            raise Http404 from None
        context = {"page": page, "number": number, "seconds": SECONDS, "back": person_url(self.whom)}
        page_shown = render(self.request, "console/revealed.html", context)
        page_shown["Refresh"] = f"{LEAVES_AFTER}; url={person_url(self.whom)}"
        return page_shown

    def form(self, page: PersonPage, form: RevealForm, status: int = 200) -> HttpResponse:
        """With a token that the next POST uses up."""
        once = self.request.session[ONCE_SESSION_KEY] = secrets.token_urlsafe(16)
        context: dict[str, Any] = {"page": page, "form": form, "once": once, "back": person_url(self.whom)}
        return render(self.request, "console/reveal.html", context, status=status)
