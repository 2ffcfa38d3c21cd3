"""The Home Page, and the record behind it."""

from typing import Any

from django.views.generic import TemplateView

from kecs.accounts.queries import signed_in
from kecs.assurance.gate import Allowed
from kecs.assurance.permissions import Function
from kecs.home.queries import home_page, my_record, who_saw_my_number


class HomeView(Allowed, TemplateView):
    """Greeting, what to do next, my details, my account."""

    function = Function.SEE_HOME
    template_name = "home/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Reads only."""
        shown = home_page(signed_in(self.request), last=self.last_hold)
        return {**super().get_context_data(**kwargs), "home": shown}


class RecordView(Allowed, TemplateView):
    """What the agency has stored: what all the rest keeps thieves away from."""

    function = Function.SEE_RECORD
    template_name = "home/record.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The SSN masked; who of our staff saw it whole."""
        account_id = signed_in(self.request)
        shown = {"record": my_record(account_id), "reveals": who_saw_my_number(account_id)}
        return {**super().get_context_data(**kwargs), **shown}
