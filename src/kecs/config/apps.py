"""Registers the checks that an unsafe installation fails."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The composition room."""

    name = "kecs.config"
    label = "config"

    def ready(self) -> None:
        """Checks and events are found by import."""
        from kecs.config import checks, events  # noqa: F401, PLC0415 - they register themselves
