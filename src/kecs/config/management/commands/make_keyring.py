"""kecs make_keyring: a fresh key file at KECS_KEYRING, readable by its owner only."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kecs.pii.keyring import Keyring


class Command(BaseCommand):
    help = "Make the keyring that seals and indexes personal data. It never overwrites one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--label", choices=["production", "development"], default="production")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            Keyring.create(settings.KECS_KEYRING, label=options["label"])
        except FileExistsError:
            raise CommandError(
                f"There is a keyring at {settings.KECS_KEYRING} already; it was left alone."
            ) from None
        self.stdout.write(f"Made {settings.KECS_KEYRING}. Keep a copy apart from the database's backups.")
