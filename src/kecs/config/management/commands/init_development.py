"""kecs init_development: everything a development installation needs, made where it is missing; `make run` calls it."""

import os
import sys
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from kecs.config.demonstration import people_to_try, take_a_record, write_settings
from kecs.config.environment import SOURCE_TREE
from kecs.pii.fields import make_keyring

TOWN = SOURCE_TREE / "src" / "kecs" / "records" / "demo_town.csv"


class Command(BaseCommand):
    help = "Make a development installation: settings, keyring, database, and a fictional town of educators."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        if settings.KECS_MODE != "development":
            raise CommandError("This is not a development installation (KECS_MODE). Nothing was changed.")
        if write_settings(settings.KECS_VAR_DIR / "kecs.env"):
            # Settings are read when a process starts: begin again with the new ones.
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - ourselves, again
        if not settings.KECS_KEYRING.exists():
            make_keyring(label="development")
        call_command("migrate", verbosity=0)
        call_command("import_records", str(TOWN), apply=True, stdout=StringIO())
        take_a_record()
        self.stdout.write(people_to_try(settings.KECS_ORIGIN))
