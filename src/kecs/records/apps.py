"""The records room."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Educator records."""

    name = "kecs.records"
    label = "records"
