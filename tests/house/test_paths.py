"""Law: the project names no machine: no home folder, no checkout, no temporary file of whoever wrote it."""

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, project_files

MACHINE = re.compile(
    r"(?<![\w.])(?:/home/|/root/|/Users/|[A-Z]:\\Users\\)[\w.-]+|(?<![\w./-])/tmp/[\w.-]{1,40}/[\w.-]+"
)


def machine_paths(text: str, *, checkout: Path) -> list[str]:
    """Paths in a text that exist on one machine only."""
    found = MACHINE.findall(text)
    if len(checkout.parts) > 2 and str(checkout) in text:
        found.append(str(checkout))
    return found


def test_no_file_names_a_machine():
    found = {}
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        paths = machine_paths(text, checkout=ROOT) if path != Path(__file__) else []
        if paths:
            found[path.relative_to(ROOT).as_posix()] = paths
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "see /home/pat/kecs",
        "at /root/x",
        "in C:\\Users\\pat",
        "-r /tmp/t/build.in",
        "cd /srv/build/kecs && make",
    ],
)
def test_a_machine_path_is_seen(text):
    assert machine_paths(text, checkout=Path("/srv/build/kecs"))


@pytest.mark.parametrize(
    "text", ["/home", "open http://127.0.0.1:8000/home/", "mktemp in /tmp", "/usr/bin/env python3"]
)
def test_addresses_of_the_portal_are_no_machine_paths(text):
    assert machine_paths(text, checkout=Path("/srv/build/kecs")) == []
