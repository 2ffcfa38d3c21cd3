"""Real browsers on a real server: what each journey stands on, and the rules that every page it visits must keep.

A journey asks for `browser_page` (1280 pixels wide), `phone_page` (360 x 740) or `noscript_page`; several people at
once come from `new_page()`. When the test ends, it fails if a page broke a rule of `Watch`. All of it runs against
`site`, the portal served from the test's database with the collected static files, as in production.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from benchmarks.chromium import chromium_path, flags

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

# Playwright's loop runs in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = ROOT / "build" / "screenshots"
PICTURE_COLOURS = 64
DESKTOP = (1280, 900)
PHONE = (360, 740)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_COLOUR_RULES = ["color-contrast", "link-in-text-block"]


# --- The portal --------------------------------------------------------------------------------------------------


class Portal:
    """The portal as a web server runs it. Keeps the HTML of each page that it serves."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.pages: dict[str, str] = {}  # by the digest of the source, so that a page seen twice counts once

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        from django.http import HttpResponse

        response = self.application(environ, start_response)
        # Static files come as an iterator of bytes.
        if isinstance(response, HttpResponse) and response.headers["Content-Type"].startswith("text/html"):
            html = response.content.decode()
            self.pages[hashlib.sha256(html.encode()).hexdigest()[:16]] = html
        return response


@pytest.fixture
def agency(settings: "Settings", tmp_path: Path) -> None:
    """An installation as an agency fills it in, with a mail folder of the test's own."""
    settings.KECS_AGENCY_NAME = "Demonstration Department of Education"
    settings.KECS_HELP_PHONE = "(502) 555-0142"
    settings.KECS_HELP_EMAIL = "help@kecs.example.org"
    settings.KECS_HELP_HOURS = "Monday to Friday, 8 a.m. to 5 p.m."
    settings.KECS_MAIL_DIR = tmp_path / "mail"
    settings.KECS_SSN_NOTICE = {
        "mandatory_or_voluntary": (
            "DEMONSTRATION TEXT: giving your number is voluntary. Without it, our staff register you."
        ),
        "authority": "DEMONSTRATION TEXT: the agency names the law here.",
        "uses": "DEMONSTRATION TEXT: to find your record, and to keep it apart from everybody else's.",
    }


@pytest.fixture
def served() -> dict[str, str]:
    """The HTML of each page that `site` served in this test."""
    return {}


@pytest.fixture
def site(transactional_db: None, agency: None, served: dict[str, str]) -> Iterator[str]:
    """The address of the portal, served by threads from the test's database; http://localhost:<port>."""
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.test.testcases import LiveServerThread
    from django.test.utils import modify_settings

    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        pytest.fail("The static files are not collected. Run: make setup")

    # Django's own live server finds static files by their unhashed names; our pages ask for the hashed ones, which
    # the middleware serves, as in production.
    def middleware_serves_static(application: Any) -> Any:
        portal = Portal(application)
        portal.pages = served
        return portal

    thread = LiveServerThread("localhost", cast(type[WSGIHandler], middleware_serves_static))
    thread.daemon = True
    with modify_settings(ALLOWED_HOSTS={"append": "localhost"}):
        thread.start()
        thread.is_ready.wait()
        if thread.error:
            raise thread.error
        yield f"http://localhost:{thread.port}"
        thread.terminate()


# --- The browser -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests; each has a context of its own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=flags())
        yield chromium
        chromium.close()


class Watch:
    """Notes whatever a visitor's browser complains about. `expect(text)` allows complaints that hold this text."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.complaints: list[str] = []
        self._expected: list[str] = []

    def expect(self, text: str) -> None:
        """Allow such a complaint, for a test that provokes it (a page answered with 404 or 429, say)."""
        self._expected.append(text)

    def attach(self, context: BrowserContext) -> None:
        """Listen to every page of this visitor."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # Breaches of the content security policy arrive here as well, as errors.
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site}/", "data:", "blob:")):
            self.complaints.append(f"request to another site: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"status {response.status}: {response.url}")

    def verdict(self) -> list[str]:
        """The complaints that nobody expected."""
        return [line for line in self.complaints if not any(text in line for text in self._expected)]


@pytest.fixture
def watch(site: str) -> Iterator[Watch]:
    """The rules for every page of the test. Fails the test at its end."""
    watching = Watch(site)
    yield watching
    complaints = watching.verdict()
    if complaints:
        pytest.fail("The browser complained:\n  " + "\n  ".join(complaints))


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, site: str, watch: Watch) -> Iterator[NewPage]:
    """Makes one more visitor: new_page(width=360, height=740, javascript=False). Relative addresses lead to the site."""
    with ExitStack() as visitors:

        def make(
            *, width: int = DESKTOP[0], height: int = DESKTOP[1], javascript: bool = True, **more: Any
        ) -> Page:
            context = browser.new_context(
                base_url=site,
                viewport={"width": width, "height": height},
                java_script_enabled=javascript,
                locale="en-US",
                timezone_id="America/New_York",
                reduced_motion="reduce",
                **more,
            )
            visitors.callback(context.close)
            context.set_default_timeout(15_000)
            watch.attach(context)
            return context.new_page()

        yield make


@pytest.fixture
def browser_page(new_page: NewPage) -> Page:
    """A visitor at a desk."""
    return new_page()


@pytest.fixture
def phone_page(new_page: NewPage) -> Page:
    """A visitor with a small phone."""
    return new_page(width=PHONE[0], height=PHONE[1], has_touch=True, is_mobile=True)


@pytest.fixture
def noscript_page(new_page: NewPage) -> Page:
    """A visitor whose browser runs no script."""
    return new_page(javascript=False)


# --- Looking at a page -------------------------------------------------------------------------------------------


@pytest.fixture
def shoot() -> Callable[[Page, str], Path]:
    """Takes a picture of the whole page: shoot(page, "search-errors") -> build/screenshots/search-errors-1280.png.

    Only with PICTURES in the environment (make pictures): nobody looks at those of a run that only judges.
    """

    def take(page: Page, name: str) -> Path:
        size = page.viewport_size
        assert size is not None
        path = SCREENSHOTS / f"{name}-{size['width']}.png"
        if "PICTURES" not in os.environ:
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True, animations="disabled")
        with Image.open(path) as picture:  # a third of the bytes, and no eye sees which
            picture.convert("RGB").quantize(PICTURE_COLOURS, dither=Image.Dither.NONE).save(
                path, optimize=True
            )
        return path

    return take


def axe_violations(page: Page, *, colours_only: bool = False) -> list[str]:
    """What axe-core finds on the page as it stands: WCAG 2.0 to 2.2, A and AA, and its best practices.

    `colours_only` is for a second look in the other colour scheme, where nothing else can differ.
    """
    if not AXE.exists():
        pytest.fail("axe-core is not there. Run: scripts/setup --dev")
    # Through the debugger, because the page's policy admits no script of ours.
    debugger = page.context.new_cdp_session(page)
    chosen = AXE_COLOUR_RULES if colours_only else AXE_TAGS
    run = f"axe.run(document, {{runOnly: {json.dumps(chosen)}, resultTypes: ['violations']}}).then(found => JSON.stringify(found.violations))"
    # Once for each document; it is 600 kB to parse.
    load = f"if (!globalThis.axe) {{ {AXE.read_text(encoding='utf-8')} }}; null"
    try:
        for expression in (load, run):
            answer = debugger.send(
                "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
            )
            if "exceptionDetails" in answer:
                pytest.fail(f"axe-core could not run: {answer['exceptionDetails']}")
    finally:
        debugger.detach()
    return described(answer["result"]["value"])


def described(violations: str) -> list[str]:
    """One line a violation: rule, how bad, what to do, where."""
    return [
        f"{found['id']} ({found['impact']}): {found['help']}: {node['html']}"
        for found in json.loads(violations)
        for node in found["nodes"]
    ]


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Runs axe-core: `assert axe(page) == []`."""
    return axe_violations
