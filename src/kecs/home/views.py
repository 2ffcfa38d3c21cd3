"""The Home Page."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView

from kecs.accounts.queries import signed_in
from kecs.home.queries import home_page


class HomeView(LoginRequiredMixin, TemplateView):
    """Greeting, what to do next, my details, my account."""

    template_name = "home/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Reads only."""
        return {**super().get_context_data(**kwargs), "home": home_page(signed_in(self.request))}
