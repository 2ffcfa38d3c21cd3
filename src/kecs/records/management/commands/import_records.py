"""`kecs import FILE.csv`: check a file of records and, with --apply, load it. docs/guides/import.md tells how."""

import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm  # type: ignore[import-untyped]  # it ships no types

from kecs.records.importing.apply import Rejected
from kecs.records.importing.load import OpenedFile, Summary, load, open_file
from kecs.records.importing.parse import FileRefused
from kecs.records.importing.rejects import RejectsReport

BY = "system:import_records"
SHOWN = 10
SOMETHING_REJECTED = 1
FILE_REFUSED = 2
INTERRUPTED = 130


class Command(BaseCommand):
    help = "Check a CSV file of educator records; with --apply, load it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE.csv [--apply] [--rejects REPORT.csv]"""
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument("--apply", action="store_true", help="load the rows; without it nothing changes")
        parser.add_argument(
            "--rejects", type=Path, metavar="REPORT.csv", help="write a reason for each bad row"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exits 0 when every row is fine, 1 when some were rejected, 2 when the file cannot be read."""
        file = self._opened(options["file"])
        for column in file.header.unknown:
            self.stderr.write(_("The column “%(column)s” is not known and is left out.") % {"column": column})
        try:
            summary = self._load(file, apply=options["apply"], rejects=options["rejects"])
        except KeyboardInterrupt:
            self.stderr.write(_("Stopped. Run the same command again: it goes on where it was."))
            sys.exit(INTERRUPTED)
        self._print(summary, applied=options["apply"])
        if summary.rejected:
            sys.exit(SOMETHING_REJECTED)

    def _opened(self, path: Path) -> OpenedFile:
        try:
            return open_file(path)
        except FileRefused as refused:
            raise CommandError(str(refused), returncode=FILE_REFUSED) from None
        except OSError as error:
            sentence = _("The file %(path)s cannot be opened: %(why)s.")
            raise CommandError(
                sentence % {"path": path, "why": error.strerror}, returncode=FILE_REFUSED
            ) from None

    def _load(self, file: OpenedFile, *, apply: bool, rejects: Path | None) -> Summary:
        shown: list[Rejected] = []
        with ExitStack() as stack:
            report = None
            if rejects is not None:
                if rejects.exists() and rejects.samefile(file.path):
                    raise CommandError(
                        _("The report would overwrite the file itself."), returncode=FILE_REFUSED
                    )
                report = RejectsReport(stack.enter_context(_opened_for_report(rejects)))
            # On a terminal only; a log file wants no bar.
            bar = stack.enter_context(
                tqdm(total=file.survey.rows, unit=" rows", disable=None, file=sys.stderr)
            )

            def on_rejected(rejected: Rejected) -> None:
                if len(shown) < SHOWN:
                    shown.append(rejected)
                if report is not None:
                    report.add(
                        line=rejected.line, staff_unique_id=rejected.staff_unique_id, problem=rejected.problem
                    )

            summary = load(
                file=file,
                write=apply,
                by=BY,
                today=timezone.localdate(),
                allow_never_issued=settings.KECS_ALLOW_NEVER_ISSUED_SSN,
                on_rejected=on_rejected,
                on_progress=bar.update,
            )
        for rejected in shown:
            problem = rejected.problem
            place = _("Line %(line)s") % {"line": rejected.line}
            column = f", {problem.column}" if problem.column else ""
            self.stderr.write(f"{place}{column}: {problem.reason} [{problem.code}]")
        if sum(summary.problems.values()) > len(shown):
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
