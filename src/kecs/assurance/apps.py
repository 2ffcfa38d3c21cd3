"""The assurance room."""

from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    """Assurance."""

    name = "kecs.assurance"
    label = "assurance"

    def ready(self) -> None:
        """An address that was on file before the claim is evidence once it is confirmed; our table is asked at the account's doors."""
        from kecs.accounts.confirmed import when_confirmed  # noqa: PLC0415 - the models must be ready
        from kecs.accounts.factors.doors import when_asked  # noqa: PLC0415
        from kecs.assurance.actions import note_confirmed_address  # noqa: PLC0415
        from kecs.assurance.gate import at_the_door  # noqa: PLC0415

        when_confirmed(note_confirmed_address)
        when_asked(at_the_door)
