"""Browsers of thieves: one that speaks HTTP to a served portal, one that calls it in this process; both solve the robot check.

The portal they meet passes every robot check (KECS_ROBOT=null): nothing here may depend on that box.
"""

import http.client
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from django.test.client import ClientHandler, RequestFactory

COOKIE = re.compile(r"([^=;]+)=([^;]*)")
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"
PATIENCE = 120.0
# Cookie and token of a form must be the same, and may be made up: so no page is asked for only to get one.
MADE_UP = {"csrf": "m" * 32}


def told(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """All but the number of the request: it is drawn by lot, and holds anybody's last four digits by chance."""
    return ((name, value) for name, value in headers if name != "X-Request-ID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    address: str  # that was asked
    location: str
    headers: tuple[tuple[str, str], ...]
    text: str

    @property
    def leads_to(self) -> str:
        """The path of a redirect, without query."""
        return urlsplit(self.location).path


class Browser(Protocol):
    """Keeps cookies, follows nothing by itself, sends from an address of its own."""

    cookies: dict[str, str]

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request."""

    def close(self) -> None:
        """Hang up."""


class HttpBrowser:
    """Over the wire. `address` is what a proxy of the agency would write down."""

    def __init__(self, port: int, address: str, *, cookies: dict[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.cookies = dict(cookies or {})
        self.address = address

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request; a connection that the server closed meanwhile is opened anew once."""
        sent = {"X-Forwarded-For": self.address, "Accept-Language": "en-US,en;q=0.9"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= headers or {}
        try:
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.connection.close()
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie") or []:
            found = COOKIE.match(line)
            if found and "Max-Age=0" in line:
                self.cookies.pop(found[1], None)
            elif found:
                self.cookies[found[1]] = found[2]
        return Answer(
            status=response.status,
            address=path,
            location=response.headers.get("Location", ""),
            headers=tuple(told(response.headers.items())),
            text=content.decode("utf-8", "replace"),
        )

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


class Called(RequestFactory):
    """The portal called in this process: its middleware is made once, and what only the tests' client asks is not noted."""

    def __init__(self) -> None:
        super().__init__()
        self.handler = ClientHandler(enforce_csrf_checks=True)

    def request(self, **request: Any) -> Any:
        """The answer."""
        return self.handler(super().request(**request).environ)


class InProcessBrowser:
    """Without a server."""

    def __init__(self, portal: Called, address: str, *, cookies: dict[str, str] | None = None) -> None:
        self.portal = portal
        self.address = address
        self.cookies = dict(cookies or {})

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request."""
        sent = dict(headers or {})
        kind = sent.pop("Content-Type", "application/octet-stream")
        environ: dict[str, Any] = {"REMOTE_ADDR": self.address}
        environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if "Host" in sent:
            environ["HTTP_HOST"] = sent.pop("Host")
        response: Any = self.portal.generic(method, path, body or b"", kind, headers=sent, **environ)
        for name, morsel in response.cookies.items():
            if morsel["max-age"] == 0:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        content = b"".join(response)
        return Answer(
            status=response.status_code,
            address=path,
            location=response.headers.get("Location", ""),
            headers=tuple(told(response.headers.items())),
            text=content.decode("utf-8", "replace"),
        )

    def close(self) -> None:
        """Nothing to hang up."""


# --- What people do with a browser -------------------------------------------------------------------------------


def get(browser: Browser, path: str) -> Answer:
    """One page, where it is asked for."""
    return browser.send("GET", path)


def follow(browser: Browser, answer: Answer) -> Answer:
    """Where the redirects end."""
    for _step in range(6):
        if answer.status not in {301, 302, 303} or not answer.location.startswith("/"):
            break
        answer = get(browser, answer.location)
    return answer


def csrf_of(browser: Browser) -> str:
    """A token for forms; which page it comes from is no matter, and what the cookie holds is one."""
    if "csrf" in browser.cookies:
        return browser.cookies["csrf"]
    for path in ("/", "/home"):
        found = CSRF.search(get(browser, path).text)
        if found:
            return found[1]
    return ""


def post(browser: Browser, path: str, fields: Mapping[str, str], *, token: str = "") -> Answer:
    """Send a form. Without `token` one is got first."""
    content = {"csrfmiddlewaretoken": token or csrf_of(browser), **fields}
    return browser.send("POST", path, urlencode(content).encode(), {"Content-Type": FORM})


def multipart(fields: Mapping[str, str] | list[tuple[str, str]], *, file_of: str = "") -> tuple[bytes, str]:
    """A form in parts, and its Content-Type."""
    mark = uuid4().hex
    lines = []
    for name, value in fields.items() if isinstance(fields, Mapping) else fields:
        lines += [f"--{mark}", f'Content-Disposition: form-data; name="{name}"', "", value]
    if file_of:
        lines += [f"--{mark}", f'Content-Disposition: form-data; name="{file_of}"; filename="a.pdf"']
        lines += ["Content-Type: application/pdf", "", "%PDF-1.4 %%EOF"]
    return "\r\n".join([*lines, f"--{mark}--", ""]).encode(), f"multipart/form-data; boundary={mark}"
