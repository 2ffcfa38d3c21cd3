"""`kecs lapse`: ends the claims and contests whose seven days passed without evidence; prints a count only."""

from typing import Any

from django.core.management.base import BaseCommand

from kecs.assurance.actions import lapse_claims


class Command(BaseCommand):
    help = "End the claims that nobody gave evidence for in time. `kecs settle --loop` does so as well."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Batch after batch, until none is due."""
        ended = 0
        while batch := lapse_claims(by="system:lapse"):
            ended += batch
        self.stdout.write(f"lapsed {ended}")
