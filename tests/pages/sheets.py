"""One picture of each page, in both languages and at two widths, for whoever wants to see the portal: a part of `make pictures`.

    .venv/bin/python -m tests.pages.sheets              each page where most stands on it, into docs/pictures/pages
    .venv/bin/python -m tests.pages.sheets --states     every state of every page, into build/pages/sheets

The pages are those that the last walk kept (scripts/pages). English stands left of Spanish, the phone left of the desk.
"""

import argparse
import html
import io
import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.chromium import chromium_path
from tests.pages.looked import KEPT, Kept, demand_style_sheet, kept
from tests.pages.programs import FLAGS, ROOT, Looker

IN_DOCS = ROOT / "docs" / "pictures" / "pages"
LANGUAGES = ("en", "es")
WIDTHS = (360, 1280)
GAP = 16
SMALLER = 2 / 3  # one can still read it, at half the bytes
HIGHEST = 16_383  # pixels, of the format
QUALITY = 40
TITLE = re.compile(r"<title>\s*(.*?)\s*(?: – .*)?</title>", re.DOTALL)


def together(pictures: list[Image.Image]) -> Image.Image:
    """Side by side, from the top."""
    sheet = Image.new(
        "RGB",
        (
            sum(each.width for each in pictures) + GAP * (len(pictures) - 1),
            min(HIGHEST, max(each.height for each in pictures)),
        ),
        "grey",
    )
    left = 0
    for each in pictures:
        sheet.paste(each, (left, 0))
        left += each.width + GAP
    return sheet


def taken(looker: Looker, pages: Iterable[Kept]) -> Iterator[Image.Image]:
    """Of one page in each language, at each width."""
    for width in WIDTHS:
        for page in pages:
            looker.open(page.file, page.path, ())
            looker.stand("light", width)
            picture = Image.open(io.BytesIO(looker.page.screenshot(full_page=True))).convert("RGB")
            yield picture.resize((round(picture.width * SMALLER), round(picture.height * SMALLER)))


def write(groups: list[list[Kept]], folder: Path) -> None:
    """A file for each group of one page in its languages."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        looker = Looker(browser)
        for number, group in enumerate(groups, start=1):
            sheet = together(list(taken(looker, group)))
            sheet.save(folder / f"{group[0].name}.webp", quality=QUALITY, method=6)
            sys.stderr.write(f"\r{number} of {len(groups)}")
        browser.close()
    sys.stderr.write("\n")


def title(page: Kept) -> str:
    """Without the portal's name."""
    found = TITLE.search(page.file.read_text(encoding="utf-8"))
    return " ".join(html.unescape(found[1]).split()) if found else page.path


def fullest(groups: list[list[Kept]]) -> list[list[Kept]]:
    """Of each page the state that says most, apart from errors."""
    index = json.loads((KEPT / LANGUAGES[0] / "index.json").read_text(encoding="utf-8"))
    views = {facts["name"]: facts["view"] for facts in index}
    chosen: dict[str, list[Kept]] = {}
    for group in sorted(groups, key=lambda group: group[0].file.stat().st_size):
        view = views[group[0].name]
        if view not in chosen or not title(group[0]).startswith("Error"):
            chosen[view] = group
    return [group for group in groups if group in chosen.values()]


def listed(groups: list[list[Kept]], *, states: int) -> str:
    """The page that leads to the pictures."""
    lines = [
        "# Every page",
        "",
        "Each page where most stands on it: on a phone (360 pixels) and at a desk (1280), in English and in Spanish. The people are invented.",
        f"`make pictures` makes this folder anew; `python -m tests.pages.sheets --states` pictures all {states} states.",
    ]
    for audience, of_audience in groupby(groups, key=lambda group: group[0].audience):
        heading = {"educator": "What educators see", "staff": "What staff see"}[audience]
        lines += ["", f"## {heading}", ""]
        lines += [f"- [{title(group[0])}]({group[0].name}.webp)" for group in of_audience]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Take the pictures."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--states", action="store_true", help="every state, into build/pages/sheets")
    asks.add_argument("--only", default="", help="pages whose name holds this")
    given = asks.parse_args()
    pages = kept(LANGUAGES, audience="", only=given.only)
    if not pages:
        sys.exit("No page of this name was kept. Run: scripts/pages")
    demand_style_sheet(pages[0])
    groups = [list(group) for _name, group in groupby(pages, key=lambda page: page.name)]
    if given.states or given.only:
        write(groups, KEPT / "sheets")
        return 0
    shown = fullest(groups)
    write(shown, IN_DOCS)
    (IN_DOCS / "README.md").write_text(listed(shown, states=len(groups)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
