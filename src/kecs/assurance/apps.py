"""The assurance room."""

from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    """Assurance."""

    name = "kecs.assurance"
    label = "assurance"

    def ready(self) -> None:
        """An address that was on file before the claim is evidence once it is confirmed."""
        from kecs.accounts.confirmed import when_confirmed  # noqa: PLC0415 - the models must be ready
        from kecs.assurance.actions import note_confirmed_address  # noqa: PLC0415

        when_confirmed(note_confirmed_address)
