"""`kecs levels`: writes the two tables of the guide, docs/guides/assurance.md, from the tables that the portal obeys."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

import kecs
from kecs.assurance.levels import BEGINNINGS, TRANSITIONS, Event, EvidenceKind, State
from kecs.assurance.permissions import AFTER_FRESH_SIGN_IN, PERMISSIONS, Function

GUIDE = Path(kecs.__file__).parents[2] / "docs" / "guides" / "assurance.md"
BEGIN, END = "<!-- kecs levels: begin -->", "<!-- kecs levels: end -->"


def transitions_table() -> str:
    """What leads where: a row an event, a column a state; a dash where it cannot happen."""
    states = [state for state in State if state is not State.RELEASED]
    rows = [
        "| what happens | " + " | ".join(f"`{state}`" for state in states) + " |",
        "|---|" + "---|" * len(states),
    ]
    for event in Event:
        if event in BEGINNINGS:
            rows.append(f"| `{event}` | begins `{BEGINNINGS[event]}`" + " |" * len(states))
            continue
        cells = []
        for state in states:
            move = TRANSITIONS.get((state, event))
            proved = f", or `{move.proved}` once proved" if move and move.proved else ""
            cells.append(f"`{move.to}`{proved}" if move else "-")
        rows.append(f"| `{event}` | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def permissions_table() -> str:
    """Who may do what: a row a function, a column a state, and whether a sign-in under ten minutes old is asked for."""
    rows = [
        "| function | " + " | ".join(f"`{state}`" for state in State) + " | after a fresh sign-in |",
        "|---|" + "---|" * (len(State) + 1),
    ]
    for function in Function:
        cells = ["yes" if state in PERMISSIONS[function] else "-" for state in State]
        cells.append("yes" if function in AFTER_FRESH_SIGN_IN else "-")
        rows.append(f"| `{function}` | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def generated() -> str:
    """Everything between the marks."""
    kinds = ", ".join(f"`{kind}`" for kind in EvidenceKind)
    return "\n\n".join(
        [
            BEGIN,
            f"Kinds of evidence that `KECS_EVIDENCE` may name: {kinds}.",
            "### What leads where",
            transitions_table(),
            "### What each state may see and do",
            permissions_table(),
            END,
        ]
    )


def guide_with(tables: str, text: str) -> str:
    """The guide with these tables in their place."""
    before, _begin, rest = text.partition(BEGIN)
    return before + tables + rest.partition(END)[2]


class Command(BaseCommand):
    help = "Write the tables of docs/guides/assurance.md."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Only what is between the marks."""
        GUIDE.write_text(guide_with(generated(), GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
        self.stdout.write(f"Wrote {GUIDE.name}")
