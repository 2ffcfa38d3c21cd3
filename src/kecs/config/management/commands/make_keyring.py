"""kecs make_keyring: the older name of `kecs keys create`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Make the keyring that seals and indexes personal data, as kecs keys create does. It never overwrites one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--label", choices=["production", "development"], default="production")

    def handle(self, *_args: Any, **options: Any) -> None:
        call_command("keys", "create", f"--label={options['label']}", stdout=self.stdout, stderr=self.stderr)
