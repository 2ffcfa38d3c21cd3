"""`kecs hold place|lift|list`: a legal hold keeps everything about a person, whatever the table of periods says."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from kecs.config.retention.actions import keep_addresses_under_hold
from kecs.records.kinds import HoldReason
from kecs.records.legal_holds.actions import NobodyThere, lift_hold, place_hold
from kecs.records.legal_holds.queries import live_holds

BY = "system:hold"


class Command(BaseCommand):
    help = "Place or lift a legal hold on a person, by the id of her record or account (the desk shows them in its addresses)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="the holds that last")
        for verb in ("place", "lift"):
            arguments = what.add_parser(verb)
            arguments.add_argument("kind", choices=["record", "account"])
            arguments.add_argument("id", type=UUID)
            if verb == "place":
                arguments.add_argument(
                    "--because", choices=[each.value for each in HoldReason], required=True
                )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["what"] == "list":
            for hold in live_holds():
                self.stdout.write(
                    f"{hold.subject}  {hold.because}  since {hold.placed_at:%Y-%m-%d}  {hold.placed_by}"
                )
            return
        subject = f"{options['kind']}:{options['id']}"
        if options["what"] == "place":
            try:
                made = place_hold(subject=subject, because=HoldReason(options["because"]), by=BY)
            except NobodyThere:
                raise CommandError(f"There is no {subject}: it would protect nobody.") from None
            keep_addresses_under_hold(by=BY)
            self.stdout.write(f"{subject} is under a legal hold{'' if made else ' already'}.")
        elif lift_hold(subject=subject, by=BY):
            self.stdout.write(f"The hold on {subject} is lifted.")
        else:
            raise CommandError(f"There is no hold on {subject}.")
