"""Law: the map names every room, in one line, and no room that is not there."""

import re

from tests.house.source import ROOT, rooms

MAP = ROOT / "docs" / "map.md"
LINE = re.compile(r"^[-|*]\s*\[?`(?P<room>[a-z]+)/?`", re.MULTILINE)


def rooms_on(text: str) -> set[str]:
    """The rooms that have a line (a list item or a row that starts with the room's name in backticks)."""
    return {found["room"] for found in LINE.finditer(text)}


def test_the_map_names_every_room():
    assert rooms_on(MAP.read_text(encoding="utf-8")) == set(rooms())


def test_a_missing_room_is_seen():
    assert rooms_on(
        "# Map\n- `audit/` the log\n| `pii` | sealing |\n- [`ui`](../src) pages\nsee `mail`\n"
    ) == {
        "audit",
        "pii",
        "ui",
    }
