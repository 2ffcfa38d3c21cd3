"""Looking at a page as it stands: what moves, how wide it is, what it weighs, how hard it reads, whether it is HTML."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page

from tests.plain_words import HARDEST, grade

ROOT = Path(__file__).resolve().parents[2]
HTML_VALIDATE = ROOT / "node_modules" / ".bin" / "html-validate"
BUDGET = 100 * 1024  # bytes that a first visit may cost, as they went over the wire, headers included
NARROWEST = 320  # CSS pixels: a phone of 1280 at 400 % zoom, WCAG 1.4.10
# Below 0.1 counts as good; our pages are still, so anything that can be measured is a fault.
MOST_SHIFT = 0.001

# Runs before the page's own scripts. Shifts within half a second of a key or a tap are the reader's own doing.
NOTES_SHIFTS = """
window.__shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.__shifts.push({
      value: entry.value,
      what: entry.sources.map((source) => source.node?.outerHTML?.slice(0, 80) ?? "?"),
    });
  }
}).observe({ type: "layout-shift", buffered: true });
"""


class Scale:
    """Weighs what a page's visit costs a browser that has nothing of ours yet."""

    def __init__(self, page: Page) -> None:
        self.weights: dict[str, int] = {}
        self._urls: dict[str, str] = {}
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.on("Network.requestWillBeSent", self._sent)
        self._session.on("Network.loadingFinished", self._finished)
        self._session.send("Network.enable")
        self._session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _sent(self, event: Mapping[str, Any]) -> None:
        if event.get("type") == "Document" and event["requestId"] == event["loaderId"]:
            self.weights.clear()  # a new page
        self._urls[event["requestId"]] = event["request"]["url"]

    def _finished(self, event: Mapping[str, Any]) -> None:
        url = self._urls.get(event["requestId"], event["requestId"])
        self.weights[url] = self.weights.get(url, 0) + int(event["encodedDataLength"])

    @property
    def total(self) -> int:
        """Bytes since the page was asked for, the page itself included."""
        return sum(self.weights.values())


def note_shifts(context: BrowserContext) -> None:
    """From now on, pages of this visitor note each shift of their layout."""
    context.add_init_script(NOTES_SHIFTS)


def shifts(page: Page) -> list[str]:
    """What moved under the reader's eyes since the page was shown, if it amounts to anything."""
    found = page.evaluate("window.__shifts")
    if sum(shift["value"] for shift in found) <= MOST_SHIFT:
        return []
    return [f"layout shift of {shift['value']:.4f}: {shift['what']}" for shift in found]


def forget_shifts(page: Page) -> None:
    """What moved because the window was resized is no fault; asked for again, only later shifts count."""
    page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))).then(() => window.__shifts.splice(0).length)"
    )


def sideways(page: Page) -> list[str]:
    """What is wider than the narrowest window; the window is put back."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": NARROWEST, "height": size["height"]})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(size)
    return [f"scrolls sideways at {NARROWEST} pixels: {width} wide"] if width > NARROWEST else []


def hard_words(page: Page) -> list[str]:
    """What is wrong with the page's English: its sentences, without headings, labels and lists, which would flatter it.

    The agency's notice is the words of its counsel.
    """
    paragraphs = page.locator("main :is(p, li):not(.kecs-notice *)").all_inner_texts()
    sentences = [text.strip() for text in paragraphs if text.strip().endswith((".", "!", "?"))]
    asked = grade(re.sub(r"\S+@\S+", "", "\n".join(sentences)))
    return [f"reads like grade {asked:.1f}: {sentences}"] if asked > HARDEST else []


def invalid_html(pages: Mapping[str, str], folder: Path) -> list[str]:
    """What html-validate finds in these pages, by .htmlvalidate.mjs."""
    if not HTML_VALIDATE.exists():
        pytest.fail("html-validate is not there. Run: scripts/setup --dev")
    for digest, html in pages.items():
        (folder / f"{digest}.html").write_text(html, encoding="utf-8")
    run = subprocess.run(
        [str(HTML_VALIDATE), "--config", str(ROOT / ".htmlvalidate.mjs"), "--formatter", "json", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in {0, 1} or (run.returncode == 1 and not run.stdout.strip()):
        pytest.fail(f"html-validate could not run: {run.stderr}")
    results = json.loads(run.stdout) if run.stdout.strip() else []
    return [
        f"{message['ruleId']}: {message['message']} ({message['selector']}, {Path(result['filePath']).name})"
        for result in results
        for message in result["messages"]
    ]
