"""The help room."""

from django.apps import AppConfig


class HelpConfig(AppConfig):
    """Help, and the accessibility statement."""

    name = "kecs.help"
    label = "help"
