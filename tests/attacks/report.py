"""The table of all attacks, and the files that keep it; attacks that were not played this time keep their last rows."""

import json
from pathlib import Path
from typing import Any

from benchmarks.report import rounded, row

Row = dict[str, Any]


def markdown(rows: list[Row], machine: dict[str, Any]) -> str:
    """The whole report."""
    lines = [
        "# What the thief's playbook came to",
        "",
        f"Made by `python -m tests.attacks` on {machine['cores']} cores, Python {machine['python']}, against the portal as `make run`",
        "serves it, with the robot check solved everywhere. docs/runbooks/attacks.md says what each bar means.",
        "",
        "*Played* says how much of its whole size (`tests/attacks/bars.py`) an attack was given, and how long it took.",
        "",
        row(
            "attack",
            "database",
            "what may not get through",
            "played",
            "tries",
            "got through",
            "bar",
            "verdict",
        ),
        row("---", "---", "---", "---", "---:", "---:", "---:", "---"),
    ]
    lines += [
        row(
            f"{each['attack']} ({each['threat']})",
            each["database"],
            each["what"],
            played(each),
            f"{each['tries']:,}",
            f"{each['through']:,}",
            f"{each['bar']:,}",
            each["verdict"],
        )
        for each in rows
    ]
    noted = [each for each in rows if each["notes"]]
    if noted:
        lines += ["", "## Notes", ""]
        lines += [
            f"- {each['name']} on {each['database']}: {'; '.join(str(note) for note in each['notes'])}"
            for each in noted
        ]
    return "\n".join(lines) + "\n"


def played(each: Row) -> str:
    """How much of the whole, and in what time."""
    share = "whole" if each["share"] == 1 else f"{each['share']:.1%}"
    return (
        f"{share}, {each['seconds'] / 60:.0f} min"
        if each["seconds"] >= 60
        else f"{share}, {each['seconds']:.0f} s"
    )


def written(rows: list[Row], machine: dict[str, Any], folder: Path) -> list[Row]:
    """Write both files. All rows, those kept from earlier runs included."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "attacks.json"
    kept: list[Row] = json.loads(path.read_text())["rows"] if path.exists() else []
    new = {(each["attack"], each["database"]) for each in rows}
    rows = sorted(
        rows + [each for each in kept if (each["attack"], each["database"]) not in new],
        key=lambda each: (each["attack"], each["database"]),
    )
    path.write_text(json.dumps(rounded({"machine": machine, "rows": rows}), indent=1) + "\n")
    (folder / "attacks.md").write_text(markdown(rows, machine))
    return rows
