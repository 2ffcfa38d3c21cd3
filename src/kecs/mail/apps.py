"""The mail room."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Outbox, sender and transports."""

    name = "kecs.mail"
    label = "mail"
