"""`kecs import FILE.csv`: check a file of records and, with --apply, load it. docs/guides/import.md tells how."""

import os
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from kecs.records.importing.load import OpenedFile, Rules, Summary, load, opened, preview
from kecs.records.importing.parse import FileRefused
from kecs.records.importing.prepare import Rejected
from kecs.records.importing.rejects import RejectsReport
from kecs.records.progress import Progress

BY = "system:import_records"
SHOWN = 10
SOMETHING_REJECTED = 1
FILE_REFUSED = 2
INTERRUPTED = 130


class _Told:
    """The rejected rows: the first few for the screen, all for the report."""

    def __init__(self) -> None:
        self.shown: list[Rejected] = []
        self.report: RejectsReport | None = None

    def add(self, rejected: Rejected) -> None:
        """One problem of one row."""
        if len(self.shown) < SHOWN:
            self.shown.append(rejected)
        if self.report is not None:
            self.report.add(
                line=rejected.line, staff_unique_id=rejected.staff_unique_id, problem=rejected.problem
            )


class Command(BaseCommand):
    help = "Check a CSV file of educator records; with --apply, load it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE.csv [--apply] [--rejects REPORT.csv]"""
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument("--apply", action="store_true", help="load the rows; without it nothing changes")
        parser.add_argument(
            "--rejects", type=Path, metavar="REPORT.csv", help="write a reason for each bad row"
        )
        parser.add_argument(
            "--processes",
            type=int,
            default=min(4, len(os.sched_getaffinity(0))),
            metavar="N",
            help="how many read, check and seal at once (default: one for each processor, at most 4)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exits 0 when every row is fine, 1 when some were rejected, 2 when the file cannot be read."""
        try:
            summary = self._run(options["file"], options)
        except KeyboardInterrupt:
            self.stderr.write(_("Stopped. Run the same command again: it goes on where it was."))
            sys.exit(INTERRUPTED)
        self._print(summary, applied=options["apply"])
        if summary.rejected:
            sys.exit(SOMETHING_REJECTED)

    def _run(self, path: Path, options: dict[str, Any]) -> Summary:
        rules = Rules(today=timezone.localdate(), allow_never_issued=settings.KECS_ALLOW_NEVER_ISSUED_SSN)
        try:
            with opened(path, rules=rules, processes=options["processes"]) as file:
                for column in file.csv.header.unknown:
                    self.stderr.write(
                        _("The column “%(column)s” is not known and is left out.") % {"column": column}
                    )
                return self._load(file, path, apply=options["apply"], rejects=options["rejects"])
        except FileRefused as refused:
            raise CommandError(str(refused), returncode=FILE_REFUSED) from None
        except OSError as error:
            sentence = _("The file %(path)s cannot be opened: %(why)s.")
            raise CommandError(
                sentence % {"path": path, "why": error.strerror}, returncode=FILE_REFUSED
            ) from None

    def _load(self, file: OpenedFile, path: Path, *, apply: bool, rejects: Path | None) -> Summary:
        told = _Told()
        with ExitStack() as stack:
            if rejects is not None:
                if rejects.exists() and rejects.samefile(path):
                    raise CommandError(
                        _("The report would overwrite the file itself."), returncode=FILE_REFUSED
                    )
                told.report = RejectsReport(stack.enter_context(_opened_for_report(rejects)))
            progress = stack.enter_context(Progress(total=file.survey.rows, stream=sys.stderr))
            if apply:
                summary = load(
                    file=file,
                    by=BY,
                    on_rejected=told.add,
                    on_progress=progress.advance,
                    on_resumed=progress.resume,
                )
            else:
                summary = preview(file=file, on_rejected=told.add, on_progress=progress.advance)
        for rejected in told.shown:
            problem = rejected.problem
            place = _("Line %(line)s") % {"line": rejected.line}
            column = f", {problem.column}" if problem.column else ""
            self.stderr.write(f"{place}{column}: {problem.reason} [{problem.code}]")
        if sum(summary.problems.values()) > len(told.shown):
            self.stderr.write(_("… and more. --rejects REPORT.csv lists every one."))
        return summary

    def _print(self, summary: Summary, *, applied: bool) -> None:
        rows = [
            (_("rows read"), summary.read),
            (_("created") if applied else _("would be created"), summary.created),
            (_("updated") if applied else _("would be updated"), summary.updated),
            (_("unchanged"), summary.same),
            (_("rejected"), summary.rejected),
            *((f"  {code}", count) for code, count in sorted(summary.problems.items())),
        ]
        width = max(len(label) for label, _count in rows)
        for label, count in rows:
            self.stdout.write(f"{label:<{width}}  {count:>10,}")
        if not applied:
            self.stdout.write(_("This was a dry run: nothing was changed. Add --apply to load the rows."))


def _opened_for_report(path: Path) -> Any:
    try:
        return path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        sentence = _("The report %(path)s cannot be written: %(why)s.")
        raise CommandError(
            sentence % {"path": path, "why": error.strerror}, returncode=FILE_REFUSED
        ) from None
