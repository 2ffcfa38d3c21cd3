"""The home room."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Home Page."""

    name = "kecs.home"
    label = "home"
