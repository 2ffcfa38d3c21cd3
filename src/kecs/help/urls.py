"""Paths of the help room. Other pages link to a question by its id: help#no-email."""

from django.urls import path
from django.views.generic import TemplateView

from kecs.help.views import AskView

app_name = "help"
urlpatterns = [
    path("help", TemplateView.as_view(template_name="help/help.html"), name="help"),
    path("help/ask", AskView.as_view(), name="ask"),
    path(
        "accessibility",
        TemplateView.as_view(template_name="help/accessibility.html"),
        name="accessibility",
    ),
]
