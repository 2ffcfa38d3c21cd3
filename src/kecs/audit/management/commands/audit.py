"""`kecs audit verify`: whether the log is as it was written, and where it is not. Exit status 0 whole, 1 broken, 2 not checked.

`kecs audit export`: its rows as lines of JSON with their OWASP names, for programs that watch logs.
"""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from kecs.audit.anchors import anchors_file, append_anchor
from kecs.audit.exporting import lines_after
from kecs.audit.queries import log_report
from kecs.audit.words import not_checked, sentence, verdict
from kecs.pii.keyring import KeyringError


class Command(BaseCommand):
    """Verifies the log, or tells it."""

    help = "Verify the audit log (every row, the end of the chain, the anchors outside of the database), or export it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and how to say it."""
        what = parser.add_subparsers(dest="what", required=True)
        verify = what.add_parser("verify", help="walk the whole log and say whether anything is wrong")
        verify.add_argument("--json", action="store_true", help="say it in JSON")
        verify.add_argument("--no-anchor", action="store_true", help="write no anchor where all is well")
        export = what.add_parser("export", help="write every row as a line of JSON, with its OWASP name")
        export.add_argument("--after", type=int, default=0, help="only rows beyond this sequence number")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exits with the status."""
        if options["what"] == "export":
            for line in lines_after(options["after"]):
                self.stdout.write(line)
            return
        try:
            report = log_report()
        except (KeyringError, DatabaseError) as error:
            # A driver's message may quote a statement.
            why = (
                error if isinstance(error, KeyringError) else f"the database failed ({type(error).__name__})."
            )
            self.stderr.write(f"The log could not be checked: {why}")
            sys.exit(2)
        said = {
            "whole": report.whole,
            "verdict": verdict(report),
            "rows": report.rows,
            "findings": [
                {"fault": str(found.fault), "first": found.first, "last": found.last, "says": sentence(found)}
                for found in report.findings
            ],
            "more_findings": report.more,
            "not_checked": not_checked(report, anchors_file()),
        }
        if report.whole and report.last.sequence and not options["no_anchor"]:
            self.anchor(report.last)
        if options["json"]:
            self.stdout.write(json.dumps(said, indent=1))
        else:
            self.say(said)
        if not report.whole:
            sys.exit(1)

    def say(self, said: dict[str, Any]) -> None:
        """In sentences."""
        self.stdout.write(said["verdict"])
        for found in said["findings"]:
            self.stdout.write(f"  {found['says']}")
        if said["more_findings"]:
            self.stdout.write(f"  And {said['more_findings']:,} more places.")
        for one in said["not_checked"]:
            self.stdout.write(f"Not checked: {one}")

    def anchor(self, end: Any) -> None:
        """A file that cannot be written does not spoil what was found."""
        try:
            append_anchor(anchors_file(), end)
        except OSError as error:
            self.stderr.write(f"No anchor was written: {error.strerror}.")
