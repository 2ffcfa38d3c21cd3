"""The console room."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Where staff work."""

    name = "kecs.console"
    label = "console"
