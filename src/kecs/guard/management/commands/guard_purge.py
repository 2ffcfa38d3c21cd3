"""`kecs guard_purge`: forgets counters and robot checks that no longer matter; run it once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from kecs.guard.actions import purge


class Command(BaseCommand):
    """Keeps two tables small."""

    help = "Remove counters whose window is over and robot checks that have expired."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Prints how many rows went."""
        self.stdout.write(f"removed {purge(by='system:guard_purge')}")
