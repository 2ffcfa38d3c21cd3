"""The guide for those who import records names every column and every code, and no others."""

import re
from pathlib import Path

from kecs.records.importing import checks, parse
from kecs.records.importing.checks import (
    birth_date_is_plausible,
    names_are_names,
    ssn_could_be_issued,
    ssn_last4_is_four_digits,
)

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs/guides/import.md").read_text(encoding="utf-8")
IMPORTING = Path(parse.__file__).parent


def table_words(heading: str) -> set[str]:
    """The words in code marks in the first column of the first table after a heading."""
    rows = [line for line in GUIDE.split(heading)[1].split("\n## ")[0].splitlines() if line.startswith("| `")]
    return {word for row in rows for word in re.findall(r"`([a-z0-9_]+)`", row.split(" | ")[0])}


def codes_in_source() -> set[str]:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in IMPORTING.rglob("*.py"))
    written_out = set(re.findall(r'code="(\w+)"', sources)) | set(re.findall(r'number,\s*"(\w+)"', sources))
    return (
        written_out
        | {f"name_{problem}" for problem in names_are_names.REASONS}
        | {f"birth_date_{problem}" for problem in birth_date_is_plausible.REASONS}
        | {f"ssn_{problem}" for problem in ssn_could_be_issued.REASONS}
        | {f"ssn_last4_{problem}" for problem in ssn_last4_is_four_digits.REASONS}
    )


def test_the_guide_names_every_column() -> None:
    assert table_words("## The file") == set(parse.COLUMNS)


def test_the_guide_names_every_code() -> None:
    assert len(codes_in_source()) > len(checks.CHECKS)
    assert table_words("## Rejected rows") == codes_in_source()
