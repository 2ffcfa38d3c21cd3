"""The corrections room."""

from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    """Corrections."""

    name = "kecs.corrections"
    label = "corrections"
