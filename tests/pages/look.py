"""Looks at every page that the scenes have shown, in Chromium and with four programs that know the rules: `scripts/pages`.

The pages are files by then: no server, no database. Goes breadth first through the rounds of tests/pages/programs.py and keeps each
result (tests/pages/looked.py): it may be stopped at any time, and goes on where it was. Prints a table, page by check, and how far it is.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

from playwright.sync_api import sync_playwright

from benchmarks.chromium import chromium_path
from tests.pages.looked import KEPT, Kept, Looked, demand_style_sheet, kept
from tests.pages.programs import FLAGS, IBM, MODULES, ROOT, Looker

CHECKS = ("axe", "htmlcs", "ibm", "html", "sideways", "spacing", "targets", "focus", "naming")
HTML = "html"
ROUNDS = (HTML, "first", "schemes", "widths")


def html_faults(language: str) -> dict[str, list[tuple[str, str]]]:
    """What html-validate finds, by file; it reads a whole language in one go."""
    program = str(MODULES / ".bin" / "html-validate")
    # Into a file: of what it says into a pipe it ends before more than 128 kB are read.
    told = KEPT / f"html-validate.{language}.json"
    config = ["--config", str(ROOT / ".htmlvalidate.mjs"), "--formatter", f"json={told}"]
    run = subprocess.run(
        [program, *config, str(KEPT / language)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if run.returncode not in {0, 1}:
        raise SystemExit(f"html-validate could not run: {run.stderr}")
    return {
        result["filePath"]: [
            (HTML, f"{said['ruleId']}: {said['message']} ({said['selector']})") for said in result["messages"]
        ]
        for result in json.loads(told.read_text(encoding="utf-8") or "[]")
    }


def read_html(pages: list[Kept], looked: Looked, *, again: bool) -> None:
    """The round that needs no browser."""
    for language in sorted({page.language for page in pages if again or looked.faults(page, HTML) is None}):
        found = html_faults(language)
        for page in pages:
            if page.language == language:
                looked.write(page, HTML, found.get(str(page.file), []))


def still_to_do(pages: list[Kept], looked: Looked, given: argparse.Namespace) -> Iterator[tuple[str, Kept]]:
    """Round by round, and in a round page by page; those again that a new style sheet made old, when asked to."""
    for each in given.rounds.split(","):
        for page in pages:
            again = given.again or (given.old and looked.is_old(page, each))
            if each != HTML and (again or looked.faults(page, each) is None):
                yield each, page


def look(pages: list[Kept], looked: Looked, given: argparse.Namespace) -> None:
    """Goes on until all is seen, or the time is up."""
    if not IBM.exists():
        sys.exit("The programs are missing. Run: scripts/pages")
    pictures = KEPT / "pictures" if given.pictures else None
    if pictures:
        pictures.mkdir(exist_ok=True)
    until = time.monotonic() + given.minutes * 60
    ahead = list(still_to_do(pages, looked, given))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        looker = Looker(browser, pictures=pictures)
        for number, (each, page) in enumerate(ahead, start=1):
            if time.monotonic() > until:
                break
            looked.write(page, each, list(looker.rounds[each](page.file, page.path)))
            sys.stderr.write(f"\r{number} of {len(ahead)}")
        browser.close()
    sys.stderr.write("\n")


def table(counts: Counter[tuple[str, str]], names: list[str]) -> str:
    """Pages with faults by check, and the sums of all."""
    wrong = [name for name in names if any(counts[name, check] for check in CHECKS)]
    width = max([len(name) for name in wrong] + [30])
    lines = [" " * width + "".join(f"{check:>10}" for check in CHECKS)]
    lines += [
        f"{name:<{width}}" + "".join(f"{counts[name, check]:>10}" for check in CHECKS) for name in wrong
    ]
    sums = [sum(counts[name, check] for name in names) for check in CHECKS]
    return "\n".join(
        [*lines, f"{f'all {len(names)} pages':<{width}}" + "".join(f"{each:>10}" for each in sums)]
    )


def how_far(pages: list[Kept], looked: Looked) -> Iterator[str]:
    """A line a round: what was seen of these pages, and what with an older style sheet."""
    for each in ROUNDS:
        seen = [page for page in pages if looked.faults(page, each) is not None]
        old = sum(looked.is_old(page, each) for page in seen)
        yield f"{each}: {len(seen)} of {len(pages)} seen" + (
            f", {old} before the style sheet changed" if old and each != HTML else ""
        )


def arguments() -> argparse.Namespace:
    """What the caller wants seen."""
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--languages", default="en,es")
    asks.add_argument("--audience", default="", choices=["", "educator", "staff"])
    asks.add_argument("--only", default="", help="pages whose name holds this")
    asks.add_argument("--rounds", default=",".join(ROUNDS))
    asks.add_argument(
        "--minutes", type=float, default=24 * 60.0, help="stop after these; the next run goes on"
    )
    asks.add_argument("--old", action="store_true", help="again what was seen with an older style sheet")
    asks.add_argument("--again", action="store_true", help="again, whatever was seen")
    asks.add_argument("--pictures", action="store_true", help="into build/pages/pictures")
    asks.add_argument("--tell", action="store_true", help="only what is known already")
    return asks.parse_args()


def main() -> int:
    """Look, print, write. 1 when anything was found."""
    given = arguments()
    looked = Looked()
    pages = kept(given.languages.split(","), audience=given.audience, only=given.only)
    if not pages:
        sys.exit("No page of this name was kept. Run: scripts/pages")
    if not given.tell:
        demand_style_sheet(pages[0])
        if HTML in given.rounds:
            read_html(pages, looked, again=given.again)
        look(pages, looked, given)
    found = [
        {"page": page.name, "language": page.language, "check": check, "said": said}
        for page in pages
        for each in ROUNDS
        for check, said in looked.faults(page, each) or []
    ]
    (KEPT / "found.json").write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    counts = Counter((each["page"], each["check"]) for each in found)
    told = [table(counts, sorted({page.name for page in pages})), *how_far(pages, looked)]
    sys.stdout.write("\n".join(told) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
