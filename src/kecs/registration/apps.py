"""The registration room."""

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    """Registration."""

    name = "kecs.registration"
    label = "registration"
