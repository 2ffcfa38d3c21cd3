"""kecs events: writes docs/events.md from the events that the rooms declare."""

from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from kecs.audit.events import kinds
from kecs.config.environment import SOURCE_TREE

PAGE = SOURCE_TREE / "docs" / "events.md"
HEAD = """# Events

What the audit log records, by code. Written by `kecs events` from the declarations in each room's `events.py`; a test
fails when the two differ. No key ever holds a name, a date, a number or an address of a person.

`kecs audit export` tells each with its OWASP name, for programs that watch logs: a word of the [Application Logging Vocabulary](https://cheatsheetseries.owasp.org/cheatsheets/Logging_Vocabulary_Cheat_Sheet.html),
or one of ours in its style (`claim_*`, `disavow_*`, `reveal_*`). Guesses at a password, a second step or a code that come to their end are `authn_login_fail_max`. The name is not in the row, and so not in the chain.

| event | OWASP | keys | when |
|---|---|---|---|
"""


def events_page() -> str:
    """The page as it should be."""
    rows = []
    for kind in sorted(kinds(), key=lambda kind: kind.code):
        keys = ", ".join(f"`{field.name}`" for field in fields(kind))
        owasp = f"`{kind.owasp}`" if kind.owasp else "-"
        rows.append(f"| `{kind.code}` | {owasp} | {keys} | {' '.join((kind.__doc__ or '').split())} |")
    return HEAD + "\n".join(rows) + "\n"


class Command(BaseCommand):
    help = "Write docs/events.md from the events that the rooms declare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=PAGE)

    def handle(self, *_args: Any, **options: Any) -> None:
        options["to"].write_text(events_page(), encoding="utf-8")
        self.stdout.write(f"Wrote {options['to']}")
