"""`kecs reindex`: make everybody's search and linkage keys anew, while searches go on. docs/guides/import.md tells when."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from kecs.records.importing.reindex import MAKER, how_many, keys_run, reindex
from kecs.records.importing.workers import Workers
from kecs.records.progress import Progress

BY = "system:reindex"
INTERRUPTED = 130
WORTH_PROCESSES = 5_000  # records


class Command(BaseCommand):
    help = "Make the keys by which records are found anew, under the current key of the keyring."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """[--processes N]"""
        parser.add_argument(
            "--processes",
            type=int,
            default=min(4, len(os.sched_getaffinity(0))),
            metavar="N",
            help="how many read and make digests at once (default: one for each processor, at most 4)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exits 0 when all keys are as they should be."""
        run, total = keys_run(by=BY), how_many()
        count = options["processes"] if options["processes"] > 1 and total > WORTH_PROCESSES else 0
        try:
            with (
                Workers(count=count, maker=MAKER, arguments=()) as workers,
                Progress(total=total, stream=sys.stderr) as progress,
            ):
                if run.read:
                    progress.resume(run.read)
                reindex(run=run, workers=workers, on_progress=progress.advance, by=BY)
        except KeyboardInterrupt:
            self.stderr.write(_("Stopped. Run the same command again: it goes on where it was."))
            sys.exit(INTERRUPTED)
        rows = [(_("records read"), run.read), (_("keys made anew"), run.updated), (_("unchanged"), run.same)]
        width = max(len(label) for label, _count in rows)
        for label, number in rows:
            self.stdout.write(f"{label:<{width}}  {number:>10,}")
