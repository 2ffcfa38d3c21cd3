"""The registration room."""

from django.apps import AppConfig

from kecs.mail.writers import register_writer


class RegistrationConfig(AppConfig):
    """The front door."""

    name = "kecs.registration"
    label = "registration"

    def ready(self) -> None:
        """The mail worker asks this room for the mails that it owns."""
        from kecs.registration.mails import actions  # noqa: PLC0415 - models are loaded by now, and not before

        register_writer(kind="registration.record_searched", writer=actions.write_record_searched)
        register_writer(kind="registration.username_on_file", writer=actions.write_username_on_file)
