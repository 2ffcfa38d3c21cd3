"""What was found on each page, kept in `var/pages`, so that a long look can stop and go on another day. Not committed.

A round is looked at again when the page says something else than it did. A new style sheet alone makes a result old, not wrong: it is
counted, and looked at again on demand.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.pages.programs import ROOT, STATIC

KEPT = ROOT / "build" / "pages"
RESULTS = Path(os.environ.get("KECS_VAR_DIR") or ROOT / "var") / "pages"
STYLE = STATIC / "ui" / "kecs.css"
# What another walk makes anew: tokens, ids, names of static files, dates, numbers.
OF_CHANCE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[\w.:=+-]{24,}|\.[0-9a-f]{12}\.|\d+")
STYLE_SHEET = re.compile(r'href="/static/([^"]+\.css)"')


@dataclass(frozen=True)
class Kept:
    """A page as the scenes kept it."""

    language: str
    name: str
    path: str
    audience: str

    @property
    def file(self) -> Path:
        """Its HTML."""
        return KEPT / self.language / f"{self.name}.html"

    @property
    def digest(self) -> str:
        """Of what it says, apart from what is of chance."""
        return hashlib.sha256(OF_CHANCE.sub("0", self.file.read_text(encoding="utf-8")).encode()).hexdigest()


def kept(languages: Iterable[str], *, audience: str, only: str) -> list[Kept]:
    """The pages to look at, educators' first, each in its languages one after the other."""
    found = []
    for language in languages:
        for facts in json.loads((KEPT / language / "index.json").read_text(encoding="utf-8")):
            page = Kept(language, facts["name"], facts["path"], facts["audience"])
            if audience in {"", page.audience} and only in page.name:
                found.append(page)
    return sorted(found, key=lambda page: (page.audience, page.name, page.language))


def demand_style_sheet(page: Kept) -> None:
    """Exits where the page names a style sheet that was built anew since: it would be looked at without any."""
    for name in STYLE_SHEET.findall(page.file.read_text(encoding="utf-8")):
        if not (STATIC / name).is_file():
            sys.exit(f"{name} was built anew since these pages were kept. Run: scripts/pages")


class Looked:
    """The results. Each page has a file; each round in it its faults, the page's digest and the style sheet's."""

    def __init__(self, folder: Path = RESULTS, style: Path = STYLE) -> None:
        self.folder = folder
        self.style = hashlib.sha256(style.read_bytes()).hexdigest()

    def _file(self, page: Kept) -> Path:
        return self.folder / page.language / f"{page.name}.json"

    def _read(self, page: Kept) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self._file(page).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return found

    def write(self, page: Kept, looked: str, faults: list[tuple[str, str]]) -> None:
        """Keeps what a round found."""
        rounds = self._read(page)
        rounds[looked] = {"page": page.digest, "style": self.style, "faults": faults}
        file = self._file(page)
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.write_text(json.dumps(rounds, indent=1, ensure_ascii=False), encoding="utf-8")
        new.replace(file)

    def faults(self, page: Kept, looked: str) -> list[tuple[str, str]] | None:
        """Of the page as it is; None when the round has not seen it."""
        result = self._read(page).get(looked)
        if result is None or result["page"] != page.digest:
            return None
        return [(check, said) for check, said in result["faults"]]

    def is_old(self, page: Kept, looked: str) -> bool:
        """Whether the page was seen with another style sheet."""
        result = self._read(page).get(looked)
        return result is not None and result["style"] != self.style
