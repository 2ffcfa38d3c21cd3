"""Paths of the help room. Other pages link to a question by its id: help#no-email."""

from django.urls import path
from django.views.generic import TemplateView

app_name = "help"
urlpatterns = [
    path("help", TemplateView.as_view(template_name="help/help.html"), name="help"),
    path(
        "accessibility",
        TemplateView.as_view(template_name="help/accessibility.html"),
        name="accessibility",
    ),
]
