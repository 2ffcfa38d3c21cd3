"""kecs flow: writes the picture of the front door into registration/README.md from registration/flow.py."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

import kecs.registration
from kecs.matching.decide import Outcome
from kecs.registration.flow import STEPS, choices_after

PAGE = Path(kecs.registration.__file__).with_name("README.md")

HEAD = """# The front door

Written by `kecs flow` from `flow.py`; a test fails when the two differ.

"""


def flow_page() -> str:
    """The page as it should be: the diagram, the table of steps, the choices after each outcome."""
    arrows = [f"    {info.step} --> {following}" for info in STEPS for following in info.leads_to]
    steps = [f"| `{info.step}` | {info.needs} | {info.does} | {info.undo} |" for info in STEPS]
    outcomes = [
        f"| `{outcome}` | {', '.join(f'`{choice}`' for choice in sorted(choices_after(outcome))) or 'none: sign in'} |"
        for outcome in Outcome
    ]
    return HEAD + "\n".join(
        [
            "```mermaid",
            "flowchart LR",
            *arrows,
            "```",
            "",
            "| step | needs | what the person does | going back |",
            "|---|---|---|---|",
            *steps,
            "",
            "| what the search found | what may be chosen |",
            "|---|---|",
            *outcomes,
            "",
        ]
    )


class Command(BaseCommand):
    help = "Write registration/README.md from the steps of registration/flow.py."

    def handle(self, *_args: Any, **_options: Any) -> None:
        PAGE.write_text(flow_page(), encoding="utf-8")
        self.stdout.write(f"Wrote {PAGE.name}")
