"""reCAPTCHA, hCaptcha and Turnstile, against a service on this machine that answers as a test says."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from pytest_django.fixtures import Settings

from kecs.guard.robot import Verdict, csp_needs, the_robot_check
from kecs.guard.robots import third_party

MakeRequest = Callable[..., HttpRequest]
FIELDS = {
    "recaptcha": "g-recaptcha-response",
    "hcaptcha": "h-captcha-response",
    "turnstile": "cf-turnstile-response",
}
each_service = pytest.mark.parametrize("name", list(FIELDS))


class Service:
    """Answers with `status`, `body` and `headers`; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []
        self.status, self.body, self.headers = 200, b"", {"Content-Type": "application/json"}
        self.hold = threading.Event()
        self.hold.set()

    def answers(self, **content: Any) -> None:
        """What the next answers hold, as JSON."""
        self.body = json.dumps({key.replace("_", "-"): value for key, value in content.items()}).encode()


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    """The service, and settings that name it."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service.asked.append(parse_qs(content.decode()))
            service.hold.wait(10)
            self.send_response(service.status)
            for key, value in service.headers.items():
                self.send_header(key, value)
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # who asked may have hung up
                self.wfile.write(service.body)

        do_GET = do_POST  # noqa: N815 - where a followed redirect would arrive

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings.KECS_ROBOT_VERIFY_URL = f"http://127.0.0.1:{server.server_address[1]}/siteverify"
    settings.KECS_ROBOT_SITE_KEY, settings.KECS_ROBOT_SECRET = "site-key", "the-secret"
    yield service
    service.hold.set()
    server.shutdown()
    server.server_close()


def ask(settings: Settings, visitor: MakeRequest, name: str, token: str = "a-token") -> Verdict:  # noqa: S107 - of no service
    settings.KECS_ROBOT = name
    return the_robot_check().verify(request=visitor(REMOTE_ADDR="192.0.2.1"), form_data={FIELDS[name]: token})


@each_service
def test_the_service_is_asked_as_it_wants_to_be(
    service: Service, settings: Settings, visitor: MakeRequest, name: str
) -> None:
    service.answers(success=True)
    assert ask(settings, visitor, name) is Verdict.PASSED
    assert service.asked == [{"secret": ["the-secret"], "response": ["a-token"], "remoteip": ["192.0.2.1"]}]


@each_service
@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ({"success": False, "error_codes": ["invalid-input-response"]}, Verdict.FAILED),
        ({"success": False, "error_codes": []}, Verdict.FAILED),
        ({"success": False}, Verdict.FAILED),
        ({"success": "true"}, Verdict.FAILED),
        ({"success": 1}, Verdict.FAILED),
        ({}, Verdict.FAILED),
        ({"success": False, "error_codes": ["timeout-or-duplicate"]}, Verdict.EXPIRED),
        ({"success": False, "error_codes": ["already-seen-response"]}, Verdict.EXPIRED),
        ({"success": False, "error_codes": ["invalid-input-secret"]}, Verdict.UNAVAILABLE),
        ({"success": False, "error_codes": ["internal-error"]}, Verdict.UNAVAILABLE),
    ],
)
def test_its_words_become_verdicts(
    service: Service,
    settings: Settings,
    visitor: MakeRequest,
    name: str,
    answer: dict[str, Any],
    verdict: Verdict,
) -> None:
    service.answers(**answer)
    assert ask(settings, visitor, name) is verdict


@each_service
def test_without_a_token_the_service_is_not_asked(
    service: Service, settings: Settings, visitor: MakeRequest, name: str
) -> None:
    service.answers(success=True)
    assert ask(settings, visitor, name, "") is Verdict.MISSING
    assert ask(settings, visitor, name, "x" * 8_001) is Verdict.FAILED
    assert service.asked == []


NONSENSE = [(200, b""), (200, b"<html>"), (200, b"[true]"), (200, b"\xff"), (200, b"[" * 60_000)]


@pytest.mark.parametrize(("status", "body"), [(500, b'{"success": true}'), (403, b"no"), *NONSENSE])
def test_a_service_that_talks_nonsense_lets_nobody_pass(
    service: Service, settings: Settings, visitor: MakeRequest, status: int, body: bytes
) -> None:
    service.status, service.body = status, body
    assert ask(settings, visitor, "turnstile") is Verdict.UNAVAILABLE
    assert len(service.asked) == 1


def test_a_service_that_is_away_lets_nobody_pass(settings: Settings, visitor: MakeRequest) -> None:
    settings.KECS_ROBOT_VERIFY_URL = "http://127.0.0.1:9/siteverify"
    assert ask(settings, visitor, "hcaptcha") is Verdict.UNAVAILABLE


def test_a_service_that_hangs_is_not_waited_for(
    service: Service, settings: Settings, visitor: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(third_party, "TIME_OUT", 0.2)
    service.answers(success=True)
    service.hold.clear()
    assert ask(settings, visitor, "recaptcha") is Verdict.UNAVAILABLE


def test_the_secret_does_not_follow_a_redirect(
    service: Service, settings: Settings, visitor: MakeRequest
) -> None:
    service.status, service.headers = 302, {"Location": settings.KECS_ROBOT_VERIFY_URL + "/elsewhere"}
    assert ask(settings, visitor, "recaptcha") is Verdict.UNAVAILABLE
    assert len(service.asked) == 1


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_only_the_web_is_asked(settings: Settings, visitor: MakeRequest, url: str) -> None:
    settings.KECS_ROBOT_VERIFY_URL = url
    assert ask(settings, visitor, "recaptcha") is Verdict.UNAVAILABLE


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("recaptcha", "https://www.google.com/recaptcha/"),
        ("hcaptcha", "https://*.hcaptcha.com"),
        ("turnstile", "https://challenges.cloudflare.com"),
    ],
)
def test_the_page_loads_a_script_that_the_policy_then_allows(
    settings: Settings, visitor: MakeRequest, name: str, source: str
) -> None:
    settings.KECS_ROBOT, settings.KECS_ROBOT_SITE_KEY = name, "site-key"
    widget = the_robot_check().widget(visitor())
    html = render_to_string(widget.template, {"robot": widget.context})
    script = html.split('<script src="')[1].split('"')[0]
    assert 'data-sitekey="site-key"' in html
    assert source in csp_needs(name)["script-src"]
    assert script.startswith(source.replace("*", "js"))
    assert set(csp_needs(name)) <= {"script-src", "frame-src", "style-src", "connect-src"}
