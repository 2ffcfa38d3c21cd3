"""`kecs backup make|key|verify|check|forget`: the whole database in one sealed file, and whether one is fit for use."""

import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kecs.config.backups.actions import NAME, forget_backups, make_backup, verified
from kecs.config.backups.queries import broken_rules
from kecs.config.backups.stream import BackupBroken, key_in, new_key
from kecs.config.backups.tables import counted

BY = "system:backup"
# The log tells of the backup and of the restore; that it is whole is verified row by row.
GOES_ON = {"audit_auditevent", "audit_chainhead"}


class Command(BaseCommand):
    """The keyring is never in a backup; docs/runbooks/backup.md says where its copy belongs."""

    help = "Back up the database into a sealed file, or look at one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do."""
        what = parser.add_subparsers(dest="what", required=True)
        make = what.add_parser("make", help="write the whole database into a sealed file")
        make.add_argument("file", type=Path, nargs="?", help="default: a new one in KECS_BACKUP_DIR")
        what.add_parser("key", help="make the key that seals backups; it never overwrites one")
        verify = what.add_parser("verify", help="read every byte of a backup, and write nothing")
        verify.add_argument("file", type=Path)
        check = what.add_parser(
            "check", help="whether this database is fit for use, and is what a backup holds"
        )
        check.add_argument("file", type=Path, nargs="?")
        forget = what.add_parser("forget", help="take old backups away, but never the newest that is whole")
        forget.add_argument("--keep-days", type=int, required=True, metavar="N", help="how long each is kept")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Sentences; the status is not 0 where something is wrong."""
        try:
            getattr(self, f"do_{options['what']}")(options)
        except BackupBroken as error:
            raise CommandError(str(error)) from None

    def do_key(self, _options: dict[str, Any]) -> None:
        """The file."""
        path = settings.KECS_BACKUP_KEY
        try:
            new_key(path)
        except FileExistsError:
            raise CommandError(f"There is a backup key at {path} already; it was left alone.") from None
        self.stdout.write(f"Made {path}. Keep a copy where neither the backups nor the keyring's copy are.")

    def do_make(self, options: dict[str, Any]) -> None:
        """And its name."""
        name = f"{datetime.now(UTC).strftime(NAME)}.backup"
        path = options["file"] or settings.KECS_BACKUP_DIR / name
        manifest = make_backup(path=path, key=key_in(settings.KECS_BACKUP_KEY), by=BY)
        self.stdout.write(
            f"Wrote {path}: {len(manifest.tables)} tables, {manifest.rows:,} rows, {path.stat().st_size:,} bytes. "
            "It was read once more, and is whole."
        )

    def do_verify(self, options: dict[str, Any]) -> None:
        """Without a database."""
        manifest = verified(path=options["file"], key=key_in(settings.KECS_BACKUP_KEY), by=BY)
        self.stdout.write(
            f"Whole: {len(manifest.tables)} tables, {manifest.rows:,} rows, of {manifest.made_at} ({manifest.vendor})."
        )

    def do_forget(self, options: dict[str, Any]) -> None:
        """Those in KECS_BACKUP_DIR; copies elsewhere are elsewhere's business."""
        days = options["keep_days"]
        if days < 1:
            raise CommandError("Keep them for a day at least.")
        gone = forget_backups(
            folder=settings.KECS_BACKUP_DIR, key=key_in(settings.KECS_BACKUP_KEY), keep_days=days, by=BY
        )
        self.stdout.write(
            f"Took away {gone:,} backups older than {days} days. The newest that is whole stays."
        )

    def do_check(self, options: dict[str, Any]) -> None:
        """The log, the keys, the rules; and each table, where a backup is named."""
        wrong = list(broken_rules())
        if options["file"]:
            manifest, now = (
                verified(path=options["file"], key=key_in(settings.KECS_BACKUP_KEY), by=BY),
                counted(),
            )
            wrong += [
                f"{name}: not as it was backed up."
                for name in sorted((manifest.tables.keys() | now) - GOES_ON)
                if manifest.tables.get(name) != now.get(name)
            ]
        for sentence in wrong:
            self.stdout.write(sentence)
        if wrong:
            sys.exit(1)
        self.stdout.write(
            "Fit for use: the log holds, every key is there, values open, nothing is held twice."
        )
