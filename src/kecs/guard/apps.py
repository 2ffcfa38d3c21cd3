"""The guard room."""

from django.apps import AppConfig


class GuardConfig(AppConfig):
    """Limits and the robot check."""

    name = "kecs.guard"
    label = "guard"

    def ready(self) -> None:
        """Checks are found by import."""
        from kecs.guard import checks  # noqa: F401, PLC0415 - registers itself
