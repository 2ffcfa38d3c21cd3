"""`kecs match FILE.csv`: what would each row be answered at the front door? docs/guides/matching.md tells how to read it."""

import os
import sys
from argparse import ArgumentParser
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kecs.audit.actions import record
from kecs.matching.evidence import prepare
from kecs.records import events
from kecs.records.rehearsal import ColumnsMissing, answers

BY = "system:match"


class Command(BaseCommand):
    help = (
        "Try the search on rows of a CSV file (first_name, last_name, birth_date, ssn_last4), without limits."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE.csv [--output ANSWERS.csv]"""
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument(
            "--output", type=Path, metavar="ANSWERS.csv", help="where the answers go; else they are printed"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exits 0 when every row was answered, 2 when the file cannot be read."""
        outcomes: Counter[str] = Counter()
        times: list[float] = []
        with ExitStack() as stack:
            source = stack.enter_context(_opened(options["file"]))
            # On the log before the first answer, so that a look at people's records that is broken off stands there too.
            with transaction.atomic():
                record(event=events.MatchTried(subject=f"file:{options['file'].name[:60]}"), by=BY)
            prepare()
            target = self._target(options["output"], options["file"], stack)
            try:
                for answer in answers(source, target, today=timezone.localdate()):
                    outcomes[answer.outcome] += 1
                    times.append(answer.ms)
            except ColumnsMissing as missing:
                sentence = _("The file lacks these columns: %(columns)s.")
                raise CommandError(sentence % {"columns": ", ".join(missing.args)}, returncode=2) from None
            except UnicodeDecodeError:
                raise CommandError(_("The file is not UTF-8 text."), returncode=2) from None
        for outcome, count in sorted(outcomes.items()):
            self.stderr.write(f"{outcome:<8}  {count:>10,}")
        if times:
            slowest = sorted(times)[int(len(times) * 0.95)]
            self.stderr.write(f"median {median(times):.2f} ms, 95 % within {slowest:.2f} ms")

    def _target(self, output: Path | None, source: Path, stack: ExitStack) -> TextIO:
        if output is None:
            return sys.stdout
        if output.exists() and output.samefile(source):
            raise CommandError(_("The answers would overwrite the file itself."), returncode=2)
        # For its owner only: it holds what people typed.
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        return stack.enter_context(os.fdopen(handle, "w", encoding="utf-8", newline=""))


def _opened(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        sentence = _("The file %(path)s cannot be opened: %(why)s.")
        raise CommandError(sentence % {"path": path, "why": error.strerror}, returncode=2) from None
