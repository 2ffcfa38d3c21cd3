"""The audit room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Append-only record."""

    name = "kecs.audit"
    label = "audit"
