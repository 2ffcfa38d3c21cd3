"""The audit room."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    """Append-only record."""

    name = "kecs.audit"
    label = "audit"

    def ready(self) -> None:
        """Every room's kinds of events are known in every process: a worker asks which of them are looks."""
        autodiscover_modules("events")
