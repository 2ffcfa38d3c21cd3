"""`kecs restore FILE`: makes of an empty database the one that was backed up, and compares the two row for row."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kecs.config.backups.actions import CannotRestore, restore_backup
from kecs.config.backups.queries import broken_rules
from kecs.config.backups.stream import BackupBroken, key_in

BY = "system:restore"


class Command(BaseCommand):
    """The file is read to its end before the first row is written."""

    help = "Restore a backup into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE"""
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Sentences; the status is not 0 where it was refused, or where the result is not fit for use."""
        try:
            manifest = restore_backup(path=options["file"], key=key_in(settings.KECS_BACKUP_KEY), by=BY)
        except (BackupBroken, CannotRestore) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Restored {len(manifest.tables)} tables and {manifest.rows:,} rows of {manifest.made_at}: each table is, row for "
            "row, what was backed up."
        )
        wrong = list(broken_rules())
        if wrong:
            raise CommandError("\n".join(["But it is not fit for use:", *wrong]))
        self.stdout.write("The log holds, every key is there, values open, nothing is held twice.")
        self.stdout.write(
            "Put the file of the log's anchors aside (docs/runbooks/audit-log.md); on PostgreSQL, run: kecs database roles"
        )
