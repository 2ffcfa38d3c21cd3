"""`kecs bounces`: reads mails that came back and notes which of ours did not arrive; prints counts, never addresses."""

import mailbox
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kecs.mail.actions import note_bounce
from kecs.mail.bounces import LONGEST, bounce_of

BY = "system:bounces"


class Command(BaseCommand):
    help = "Note mails that came back (delivery status notifications)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From where."""
        parser.add_argument(
            "files", nargs="*", metavar="FILE", help="a mail in a file, or - for one on standard input"
        )
        parser.add_argument(
            "--maildir",
            type=Path,
            help="a mailbox: what was understood is marked as read, the rest stays new",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """The status is 0 whatever the mails say: a mail server that delivers to this command must not try again."""
        if not options["files"] and not options["maildir"]:
            raise CommandError("Name a file, - for standard input, or --maildir DIR.")
        counts = {"noted": 0, "known before or not ours": 0, "no report": 0}
        for content in self._contents(options["files"]):
            counts[self._note(content)] += 1
        if options["maildir"]:
            for content, understood in _unread(options["maildir"]):
                outcome = self._note(content)
                counts[outcome] += 1
                if outcome != "no report":
                    understood()
        self.stdout.write(", ".join(f"{outcome}: {count}" for outcome, count in counts.items()))

    def _contents(self, files: list[str]) -> Iterator[bytes]:
        for name in files:
            try:
                yield sys.stdin.buffer.read(LONGEST) if name == "-" else Path(name).read_bytes()
            except OSError as error:
                raise CommandError(f"{name} cannot be read ({type(error).__name__}).") from None

    def _note(self, content: bytes) -> str:
        bounce = bounce_of(content)
        if bounce is None:
            return "no report"
        noted = note_bounce(message_id=bounce.message_id, token=bounce.token, code=bounce.code, by=BY)
        return "noted" if noted else "known before or not ours"


def _unread(folder: Path) -> Iterator[tuple[bytes, Any]]:
    """Each unread mail, with what marks it as read: so that a crash reads it once more, and no mail is lost."""
    try:
        box = mailbox.Maildir(folder, factory=None, create=False)
    except mailbox.NoSuchMailboxError:
        raise CommandError(f"{folder} is no mailbox.") from None
    for key in sorted(box.keys()):
        mail = box.get_message(key)
        if "S" in mail.get_flags():
            continue

        def understood(key: str = key, mail: mailbox.MaildirMessage = mail) -> None:
            mail.set_subdir("cur")
            mail.add_flag("S")
            box[key] = mail

        yield box.get_bytes(key), understood
