"""Registers the ui room with Django, so that its templates and static files are found."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The ui room."""

    name = "kecs.ui"
    label = "ui"
