"""The rules that every journey keeps are rules that a page can break."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Watch, axe_violations

PAGES = {
    "/good": (
        "default-src 'none'; img-src data:",
        '<html lang="en"><title>T</title><main><h1>T</h1></main></html>',
    ),
    "/inline": ("default-src 'none'; script-src 'self'", "<script>document.title = 'x'</script>"),
    "/error": ("", "<script>nothing.there()</script>"),
    "/elsewhere": ("", '<img src="http://example.org/a.png">'),
    "/broken": ("", ""),
    "/unlabelled": (
        "default-src 'none'",
        '<html lang="en"><title>T</title><main><h1>T</h1><input></main></html>',
    ),
}


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        policy, body = PAGES.get(self.path, ("", ""))
        self.send_response(500 if self.path == "/broken" else 200 if self.path in PAGES else 404)
        self.send_header("Content-Type", "text/html")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(f"<!doctype html><link rel=icon href='data:,'>{body}".encode())

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def pages() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("localhost", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/inline", "Content Security Policy"),
        ("/error", "script error"),
        ("/elsewhere", "request to another site"),
        ("/broken", "status 500"),
    ],
)
def test_each_breach_is_noted(browser: Browser, pages: str, path: str, complaint: str):
    watch = Watch(pages)
    context = browser.new_context()
    watch.attach(context)
    context.new_page().goto(pages + path, wait_until="load")
    context.close()
    assert any(complaint in line for line in watch.verdict()), watch.complaints
    watch.expect(complaint)
    assert not any(complaint in line for line in watch.verdict())


def test_a_good_page_is_left_in_peace(browser: Browser, pages: str):
    watch = Watch(pages)
    context = browser.new_context()
    watch.attach(context)
    page = context.new_page()
    page.goto(f"{pages}/good")
    assert axe_violations(page) == []
    context.close()
    assert watch.complaints == []


def test_axe_sees_a_field_without_a_label_under_our_policy(browser: Browser, pages: str):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{pages}/unlabelled")
    assert any(line.startswith("label ") for line in axe_violations(page))
    context.close()
