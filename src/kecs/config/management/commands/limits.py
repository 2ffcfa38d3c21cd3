"""kecs limits: writes docs/guides/limits.md from the table of limits."""

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from kecs.config.environment import SOURCE_TREE
from kecs.guard.limits import RULES, Rule
from kecs.guard.strict.rules import FEWEST_MISSES, LASTS, MOST_MISS_RATIO, MOST_MISSES, WINDOW

PAGE = SOURCE_TREE / "docs" / "guides" / "limits.md"


def limits_page() -> str:
    """The page as it should be."""
    rows = [
        f"| `{name}` | {rule.subject} | {rule.most} | {_window(rule)} | {_before(rule)} | {rule.reason} |"
        for name, rule in RULES.items()
    ]
    return f"""# Limits

How often something may be tried. Written by `kecs limits` from `src/kecs/guard/limits.py`; a test fails when the two differ.

| limit | counted for each | most | in | before that | why |
|---|---|---|---|---|---|
{chr(10).join(rows)}

**Strict mode**: after {FEWEST_MISSES} misses in {_said(WINDOW)}, if more than {MOST_MISS_RATIO:.0%} of all searches miss, or
after {MOST_MISSES} misses, a search is evaluated only after a code from a mailbox. It lasts {_said(LASTS)}, and longer while
many searches are held and no mailbox is given. `kecs strict status`, `kecs strict on`, `kecs strict off`.
"""


def _window(rule: Rule) -> str:
    return _said(rule.window) if rule.window else "until cleared"


def _before(rule: Rule) -> str:
    if rule.free is not None:
        return f"after {rule.free}: wait 2 seconds, then twice as long each time, at most 15 minutes"
    return f"over {rule.escalate_over}: more is asked" if rule.escalate_over else ""


def _said(time: timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    return f"{minutes} minutes" if minutes < 60 else f"{minutes // 60} h"


class Command(BaseCommand):
    help = "Write docs/guides/limits.md from the table of limits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=PAGE)

    def handle(self, *_args: Any, **options: Any) -> None:
        options["to"].write_text(limits_page(), encoding="utf-8")
        self.stdout.write(f"Wrote {options['to']}")
