"""Looks at every page that the scenes have shown, in Chromium and with four programs that know the rules: `scripts/pages`.

The pages are files by then: no server, no database. Each is opened as it was sent, and judged in each width and each colour
scheme. Prints a table, page by check, and writes what was found to build/pages/found.json.
"""

import argparse
import json
import mimetypes
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "pages"
STATIC = ROOT / "build" / "static"
MODULES = ROOT / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
HTMLCS = MODULES / "html_codesniffer" / "build" / "HTMLCS.js"
IBM = MODULES / "accessibility-checker-engine" / "ace.js"
OWN = Path(__file__).with_name("checks.js")
ORIGIN = "http://localhost"
WIDTHS = (320, 360, 768, 1280)
SCHEMES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "light", "forced_colors": "active"},
}
CHECKS = ("axe", "htmlcs", "ibm", "html", "sideways", "spacing", "targets", "focus", "naming")
FLAGS = ["--disable-gpu", "--no-first-run", "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
# WCAG 1.4.12: what a reader may set without losing anything.
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
    "p { margin-bottom: 2em !important }"
)
RUN_AXE = (
    "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'],"
    " resultTypes: ['violations']}).then(found => found.violations.flatMap(rule => rule.nodes.map(node => rule.id + ': ' + node.html.slice(0, 120))))"
)
RUN_AXE_COLOURS = RUN_AXE.replace(
    "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']",
    "{type: 'rule', values: ['color-contrast','link-in-text-block']}",
)
# Errors only: warnings and notices are questions to a person.
RUN_HTMLCS = (
    "new Promise(done => HTMLCS.process('WCAG2AA', document, () => done(HTMLCS.getMessages()"
    ".filter(said => said.type === HTMLCS.ERROR).map(said => said.code + ': ' + (said.element.outerHTML || '').slice(0, 120)))))"
)
# A form without a name is no landmark (HTML-AAM), so nothing is lost when two have none; IBM's rule wants names all the same.
RUN_IBM = (
    "new ace.Checker().check(document, ['WCAG_2_2']).then(report => report.results"
    ".filter(found => found.value[0] === 'VIOLATION' && found.value[1] === 'FAIL')"
    ".filter(found => !(found.ruleId === 'aria_form_label_unique' && !/ aria-label/.test(found.snippet || '')))"
    ".map(found => found.ruleId + ' ' + found.reasonId + ': ' + (found.snippet || '').slice(0, 120)))"
)


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


def kept(languages: Iterable[str], *, audience: str, only: str) -> list[Kept]:
    """The pages to look at."""
    found = []
    for language in languages:
        for facts in json.loads((KEPT / language / "index.json").read_text(encoding="utf-8")):
            page = Kept(language, facts["name"], facts["path"], facts["audience"])
            if audience in {"", page.audience} and only in page.name:
                found.append(page)
    return found


def answer(route: Route, page: Kept) -> None:
    """What the portal would send: the page, its static files, and nothing for scripts that ask on."""
    path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
    file = STATIC / path.removeprefix("/static/")
    if route.request.resource_type == "document":
        route.fulfill(body=page.file.read_text(encoding="utf-8"), content_type="text/html; charset=utf-8")
    elif path.startswith("/static/") and file.is_file():
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(body=file.read_bytes(), content_type=kind)
    else:
        route.fulfill(status=204)


class Looker:
    """One window. `found` counts and keeps what each check said."""

    def __init__(self, browser: Browser, *, pictures: Path | None) -> None:
        context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
        self.page: Page = context.new_page()
        self.debugger = context.new_cdp_session(self.page)
        self.pictures = pictures

    def run(self, expression: str) -> Any:
        """The value of an expression in the page, whatever the page's policy admits. Raises RuntimeError."""
        said = self.debugger.send(
            "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
        )
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"])
        return said["result"].get("value")

    def open(self, page: Kept) -> None:
        """As it was sent, with the programs beside it."""
        self.page.unroute_all()
        self.page.route("**/*", lambda route: answer(route, page))
        self.page.goto(f"{ORIGIN}{page.path}", wait_until="load")
        for program in (AXE, HTMLCS, IBM, OWN):
            self.run(f"{program.read_text(encoding='utf-8')}; null")

    def look(self, page: Kept, *, widths: Iterable[int], schemes: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Every fault, with the check that saw it."""
        self.open(page)
        for scheme in schemes:
            self.page.emulate_media(**SCHEMES[scheme])
            for width in widths:
                self.page.set_viewport_size({"width": width, "height": 900})
                where = f"{page.language} {scheme} {width}"
                whole = scheme == "light"
                for said in self.run(RUN_AXE if whole and width in {320, 1280} else RUN_AXE_COLOURS):
                    yield "axe", f"{where}: {said}"
                if whole:
                    yield from (
                        (check, f"{where}: {said}") for check, said in self.own(("sideways", "targets"))
                    )
                if self.pictures:
                    name = f"{page.name}-{page.language}-{scheme}-{width}.png"
                    self.page.screenshot(path=self.pictures / name, full_page=True)
        self.page.emulate_media(**SCHEMES["light"])
        yield from ((check, f"{page.language}: {said}") for check, said in self.once(min(widths)))

    def own(self, checks: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Our own checks, by name."""
        for check in checks:
            for said in self.run(f"kecsChecks.{check}()"):
                yield check, said

    def once(self, narrowest: int) -> Iterator[tuple[str, str]]:
        """What neither width nor colours change; the spacing last, because it stays."""
        for said in self.run(RUN_HTMLCS):
            yield "htmlcs", said
        for said in self.run(RUN_IBM):
            yield "ibm", said
        self.page.keyboard.press("Tab")
        yield from self.own(("focus", "naming"))
        self.page.set_viewport_size({"width": narrowest, "height": 900})
        self.run(
            f"(() => {{ const sheet = new CSSStyleSheet(); sheet.replaceSync({json.dumps(SPACING)});"
            " document.adoptedStyleSheets = [sheet]; })()"
        )
        for said in [*self.run("kecsChecks.sideways()"), *self.run("kecsChecks.clipped()")]:
            yield "spacing", said


def html_faults(pages: list[Kept]) -> Iterator[tuple[Kept, str]]:
    """What html-validate finds."""
    by_file = {str(page.file): page for page in pages}
    program = str(MODULES / ".bin" / "html-validate")
    for language in sorted({page.language for page in pages}):
        config = ["--config", str(ROOT / ".htmlvalidate.mjs"), "--formatter", "json"]
        run = subprocess.run(
            [program, *config, str(KEPT / language)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if run.returncode not in {0, 1}:
            raise SystemExit(f"html-validate could not run: {run.stderr}")
        for result in json.loads(run.stdout or "[]"):
            if result["filePath"] in by_file:
                for said in result["messages"]:
                    yield (
                        by_file[result["filePath"]],
                        f"{said['ruleId']}: {said['message']} ({said['selector']})",
                    )


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


def main() -> int:
    """Look, print, write. 1 when anything was found."""
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--languages", default="en,es")
    asks.add_argument("--audience", default="", choices=["", "educator", "staff"])
    asks.add_argument("--only", default="", help="pages whose name holds this")
    asks.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    asks.add_argument("--schemes", default=",".join(SCHEMES))
    asks.add_argument("--pictures", action="store_true", help="into build/pages/pictures")
    given = asks.parse_args()
    pages = kept(given.languages.split(","), audience=given.audience, only=given.only)
    pictures = KEPT / "pictures" if given.pictures else None
    if pictures:
        pictures.mkdir(exist_ok=True)
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None or not IBM.exists() or not pages:
        sys.exit("Chromium, the programs or the pages are missing. Run: scripts/pages")
    counts: Counter[tuple[str, str]] = Counter()
    found: list[dict[str, str]] = []

    def note(page: Kept, check: str, said: str) -> None:
        counts[page.name, check] += 1
        found.append({"page": page.name, "check": check, "said": said})

    for page, said in html_faults(pages):
        note(page, "html", said)
    with sync_playwright() as playwright:
        looker = Looker(playwright.chromium.launch(executable_path=program, args=FLAGS), pictures=pictures)
        for number, page in enumerate(pages, start=1):
            for check, said in looker.look(
                page, widths=tuple(map(int, given.widths.split(","))), schemes=given.schemes.split(",")
            ):
                note(page, check, said)
            sys.stderr.write(f"\r{number} of {len(pages)}")
    sys.stderr.write("\n")
    (KEPT / "found.json").write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    sys.stdout.write(table(counts, sorted({page.name for page in pages})) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
