"""One window of Chromium in which programs read a page: axe-core, HTML_CodeSniffer, IBM's engine and our own checks.js.

What is looked at falls into three rounds, so that all pages are seen once before one is seen twice: `first` is the narrowest window in
light colours with every program; `schemes` are the other colours; `widths` the other windows. Faults come as (check, what was said).
"""

import json
import mimetypes
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "build" / "static"
MODULES = ROOT / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
HTMLCS = MODULES / "html_codesniffer" / "build" / "HTMLCS.js"
IBM = MODULES / "accessibility-checker-engine" / "ace.js"
OWN = Path(__file__).with_name("checks.js")
ORIGIN = "http://localhost"
NARROWEST, WIDEST = 320, 1280
BETWEEN = (360, 768)
SCHEMES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "light", "forced_colors": "active"},
}
FLAGS = ["--disable-gpu", "--no-first-run", "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
# WCAG 1.4.12: what a reader may set without losing anything.
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
    "p { margin-bottom: 2em !important }"
)


def axe(kind: str, *values: str) -> str:
    """Runs the rules with these tags, or of these names."""
    only = json.dumps({"type": kind, "values": values})
    return (
        f"axe.run(document, {{runOnly: {only}, resultTypes: ['violations']}}).then(found =>"
        " found.violations.flatMap(rule => rule.nodes.map(node => rule.id + ': ' + node.html.slice(0, 120))))"
    )


RUN_AXE = axe("tag", "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# The rules whose answer another scheme can change, and those that another width can.
RUN_AXE_COLOURS = axe("rule", "color-contrast", "link-in-text-block")
RUN_AXE_LAYOUT = axe("rule", "target-size", "scrollable-region-focusable")
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
Faults = Iterator[tuple[str, str]]


@cache
def source(program: Path) -> str:
    """Of a program; the null keeps its value out of the answer."""
    return f"{program.read_text(encoding='utf-8')}; null"


def answer(route: Route, file: Path) -> None:
    """What the portal would send: the page, its static files, and nothing for scripts that ask on."""
    path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
    static = STATIC / path.removeprefix("/static/")
    if route.request.resource_type == "document":
        route.fulfill(body=file.read_text(encoding="utf-8"), content_type="text/html; charset=utf-8")
    elif path.startswith("/static/") and static.is_file():
        kind = mimetypes.guess_type(static.name)[0] or "application/octet-stream"
        route.fulfill(body=static.read_bytes(), content_type=kind)
    else:
        route.fulfill(status=204)


class Looker:
    """The window. `pictures` is where it leaves one of each page as it stands in each width and scheme."""

    def __init__(self, browser: Browser, *, pictures: Path | None = None) -> None:
        context = browser.new_context(reduced_motion="reduce", viewport={"width": WIDEST, "height": 900})
        self.page: Page = context.new_page()
        self.page.set_default_timeout(300_000)
        self.debugger = context.new_cdp_session(self.page)
        self.pictures = pictures
        self.picture = ""
        self.file = Path()
        self.page.route("**/*", lambda route: answer(route, self.file))

    def run(self, expression: str) -> Any:
        """The value of an expression in the page, whatever the page's policy admits. Raises RuntimeError."""
        said = self.debugger.send(
            "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
        )
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"])
        return said["result"].get("value")

    def open(self, file: Path, path: str, programs: Iterable[Path]) -> None:
        """The page of the file at its address, as it was sent, with the programs beside it."""
        self.file, self.picture = file, f"{file.stem}-{file.parent.name}"
        self.page.goto(f"{ORIGIN}{path}", wait_until="load")
        for program in programs:
            self.run(source(program))

    def stand(self, scheme: str, width: int) -> str:
        """Puts the page into the window and the colours; what to call that."""
        self.page.emulate_media(**SCHEMES[scheme])
        self.page.set_viewport_size({"width": width, "height": 900})
        if self.pictures:
            name = f"{self.picture}-{scheme}-{width}.png"
            self.page.screenshot(path=self.pictures / name, full_page=True)
        return f"{scheme} {width}"

    def own(self, where: str, *checks: str) -> Faults:
        """Our own checks, by name."""
        for check in checks:
            yield from ((check, f"{where}: {said}") for said in self.run(f"kecsChecks.{check}()"))

    def said(self, check: str, where: str, expression: str) -> Faults:
        """What one program says."""
        yield from ((check, f"{where}: {said}") for said in self.run(expression))

    def first(self, file: Path, path: str) -> Faults:
        """Everything once; the focus after a key, so that :focus-visible holds, and the spacing last, because it stays."""
        self.open(file, path, (AXE, HTMLCS, IBM, OWN))
        where = self.stand("light", NARROWEST)
        yield from self.said("axe", where, RUN_AXE)
        yield from self.said("htmlcs", where, RUN_HTMLCS)
        yield from self.said("ibm", where, RUN_IBM)
        yield from self.own(where, "sideways", "targets", "naming")
        self.page.keyboard.press("Tab")
        yield from self.own(where, "focus")
        self.run(
            f"(() => {{ const sheet = new CSSStyleSheet(); sheet.replaceSync({json.dumps(SPACING)});"
            " document.adoptedStyleSheets = [sheet]; })()"
        )
        yield from self.said("spacing", where, "[...kecsChecks.sideways(), ...kecsChecks.clipped()]")

    def schemes(self, file: Path, path: str) -> Faults:
        """Contrast and focus in the other colours, narrow and wide: some words stand only in one of the two."""
        self.open(file, path, (AXE, OWN))
        self.page.keyboard.press("Tab")
        for scheme in ("dark", "forced"):
            for width in (NARROWEST, WIDEST):
                yield from self.said("axe", self.stand(scheme, width), RUN_AXE_COLOURS)
            yield from self.own(f"{scheme} {WIDEST}", "focus")

    def widths(self, file: Path, path: str) -> Faults:
        """What the width decides, in light; axe once more whole in the widest, where the page is laid out otherwise."""
        self.open(file, path, (AXE, OWN))
        for width in (*BETWEEN, WIDEST):
            where = self.stand("light", width)
            yield from self.said("axe", where, RUN_AXE if width == WIDEST else RUN_AXE_LAYOUT)
            yield from self.own(where, "sideways", "targets")

    @property
    def rounds(self) -> dict[str, Callable[[Path, str], Faults]]:
        """By name, in the order in which they are gone through."""
        return {"first": self.first, "schemes": self.schemes, "widths": self.widths}
