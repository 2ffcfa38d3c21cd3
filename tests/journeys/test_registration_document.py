"""The document of the guide is true: each line of its tables names a test that exists, and its pictures exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "guides" / "registration.md"
JOURNEYS = ROOT / "tests" / "journeys"
MOST_PICTURE_BYTES = 3_000_000  # git keeps every version of them


def rows() -> list[list[str]]:
    """The cells of each row of the document's tables, headers left out."""
    lines = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[1] != "page"]


def names_in(file: str) -> set[str]:
    """The names of the tests in a file of the journeys, or in one that is named from the root."""
    path = ROOT / file if file.startswith("tests/") else JOURNEYS / file
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_each_line_names_tests_that_exist():
    assert len(rows()) > 25
    for row in rows():
        named = re.findall(r"((?:tests/[\w/]+/)?test_\w+\.py)::(test_\w+)", row[2])
        assert named, f"no test walks: {row[0]}"
        for file, name in named:
            assert name in names_in(file), f"{file}::{name} does not exist"


def test_each_line_of_the_guide_has_its_picture():
    shown: list[str] = []
    for row in rows():
        if len(row) < 4:
            continue
        pictures = re.findall(r"\(\.\./pictures/([\w-]+\.png)\)", row[3])
        assert pictures or (row[3] == "the same" and shown), f"no picture of: {row[0]}"
        shown += pictures
    missing = [name for name in shown if not (ROOT / "docs" / "pictures" / name).is_file()]
    assert missing == [], "make pictures takes them"


def test_each_picture_is_shown_and_taken_by_the_walk():
    source = (JOURNEYS / "test_guide.py").read_text(encoding="utf-8")
    taken = {
        f"{name}-{width}.png"
        for name in re.findall(r'picture\(page, "([\w-]+)"\)', source)
        for width in (360, 1280)
    }
    kept = {path.name for path in (ROOT / "docs" / "pictures").glob("guide-*.png")}
    text = DOCUMENT.read_text(encoding="utf-8")
    assert kept == taken
    assert [name for name in kept if name not in text] == []


def test_the_pictures_stay_small():
    assert sum(path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()) < MOST_PICTURE_BYTES
