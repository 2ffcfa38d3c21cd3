"""`kecs strict status|on|off`: whether a search asks for a mailbox first, and how an operator sets it."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import localtime

from kecs.guard.strict.actions import begin, end
from kecs.guard.strict.queries import status

BY = "system:strict"


class Command(BaseCommand):
    """Sees and sets strict mode."""

    help = "Show strict mode, or turn it on or off: in it, a search asks for a mailbox first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and for how long."""
        parser.add_argument("what", choices=["status", "on", "off"])
        parser.add_argument(
            "--minutes", type=int, default=60, help="how long it stays on, or does not begin by itself (60)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Sets it if asked to, then tells how it stands."""
        lasts = timedelta(minutes=options["minutes"])
        if options["what"] == "on":
            begin(by=BY, lasts=lasts)
        elif options["what"] == "off":
            end(by=BY, stays_off=lasts)
        self.stdout.write(self.said())

    def said(self) -> str:
        """One line: how it stands, and the last ten minutes."""
        now = status()
        if now.in_force_until:
            state = f"on until {localtime(now.in_force_until):%Y-%m-%d %H:%M}"
        elif now.off_until:
            state = f"off, and does not begin by itself until {localtime(now.off_until):%Y-%m-%d %H:%M}"
        else:
            state = "off"
        tally = now.tally
        return (
            f"{state}; last 10 minutes: {tally.searches} searches, {tally.misses} missed, "
            f"{tally.held} held, {tally.proven} with a mailbox"
        )
