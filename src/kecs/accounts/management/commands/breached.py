"""`kecs breached check [FILE]`: whether the list of breached passwords can be read and is in order, line by line."""

from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kecs.accounts.breached import BreachedListBroken, inspect


class Command(BaseCommand):
    """Reads the whole file; at start a few lines of it are looked at."""

    help = "Check the offline list of breached passwords (KECS_BREACHED_PASSWORDS)."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and with which file."""
        parser.add_argument("what", choices=["check"], type=str.lower)
        parser.add_argument("file", nargs="?", default=settings.KECS_BREACHED_PASSWORDS)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Prints how many lines there are. Exits with 1 at the first that is wrong."""
        if not options["file"]:
            raise CommandError("Name a file, or set KECS_BREACHED_PASSWORDS.")
        began = monotonic()
        try:
            found = inspect(Path(options["file"]))
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from error
        except BreachedListBroken as error:
            raise CommandError(str(error)) from error
        seconds = monotonic() - began
        self.stdout.write(f"{found.lines:,} lines, {found.bytes:,} bytes, in order ({seconds:.1f} s).")
