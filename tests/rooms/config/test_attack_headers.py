"""What every answer tells the browser, and what its cookies are: pages, refusals, failures, static files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories.people import MARIA
from tests.factories.visits import register_new, search
from tests.inspection import InspectingClient
from tests.rooms.config.test_attack_requests import ADDRESSES

pytestmark = pytest.mark.django_db

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def faults_of(answer):
    """Headers that are missing or wrong."""
    faults = [
        f"{name}: {answer.headers.get(name)}"
        for name, value in EVERYWHERE.items()
        if answer.headers.get(name) != value
    ]
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "frame-ancestors 'none'" not in policy or "unsafe" in policy:
        faults.append(f"Content-Security-Policy: {policy}")
    if "server" in {name.lower() for name in answer.headers} or "x-powered-by" in {
        name.lower() for name in answer.headers
    }:
        faults.append("it names the software")
    return faults


@pytest.mark.any_database("headers")
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_every_answer_of_every_address(client, method):
    statuses = set()
    register_new(client, MARIA)
    for browser in (client, InspectingClient(), InspectingClient(enforce_csrf_checks=True)):
        for address in [*ADDRESSES, "/no-such-page", "/register/search?a=1&a=2", "/register/search/"]:
            if address == "/sign-out" and browser is client:
                continue
            answer = browser.generic(method, address)
            statuses.add(answer.status_code)
            assert faults_of(answer) == [], f"{address} {answer.status_code}"
            assert "no-store" in answer.headers["Cache-Control"], address
            if method == "HEAD":
                assert answer.content == b""
    assert {400, 404} <= statuses
    assert statuses <= {200, 302, 400, 403, 404, 405, 429}


def test_the_page_of_a_failure(monkeypatch):
    from kecs.registration.views import SearchView

    def fail(*_arguments, **_named):
        raise RuntimeError("Fuentes 900-55-4321 04/09/1985")

    monkeypatch.setattr(SearchView, "get", fail)
    answer = InspectingClient(raise_request_exception=False).get("/register/search")
    assert answer.status_code == 500
    assert faults_of(answer) == []
    assert "no-store" in answer.headers["Cache-Control"]
    page = answer.content.decode()
    assert "RuntimeError" not in page
    assert "Fuentes" not in page


def test_static_files():
    static = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not static.exists():
        pytest.fail("The static files are not collected. Run: make setup")
    names = json.loads(static.read_text())["paths"].values()
    seen = set()
    for name in sorted(names):
        if Path(name).suffix in seen:
            continue
        seen.add(Path(name).suffix)
        answer = InspectingClient().get(f"/static/{name}")
        assert answer.status_code == 200, name
        assert b"".join(answer)
        assert faults_of(answer) == [], name
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
    assert {".css", ".js", ".woff2", ".svg"} <= seen


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static/..%2fpyproject.toml",
        "/static//etc/passwd",
        "/static/%00",
        "/static/",
        "/static/staticfiles.json/..",
    ],
)
def test_nothing_beside_the_static_files_is_served(path):
    answer = InspectingClient().get(path)
    assert answer.status_code == 404
    assert faults_of(answer) == []


def test_cookies_of_development_are_kept_from_scripts_and_other_sites(client):
    search(client, MARIA)
    client.post("/language/setlang/", {"language": "es"})
    assert set(client.cookies) == {"session", "csrf", "language"}
    for cookie in client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key
        assert cookie["path"] == "/"
        assert not cookie["domain"]


COOKIES_AT_HTTPS = """
import json
import django
django.setup()
from django.test import Client
client = Client(SERVER_NAME="portal.example.org", HTTP_HOST="portal.example.org", HTTP_X_FORWARDED_PROTO="https")
client.get("/register/search", secure=True)
client.post("/language/setlang/", {"language": "es"}, secure=True)
page = client.get("/", secure=True)
print(json.dumps({
    "cookies": {name: [bool(c["secure"]), bool(c["httponly"]), c["samesite"], c["path"], c["domain"]] for name, c in client.cookies.items()},
    "hsts": page.headers.get("Strict-Transport-Security", ""),
}))
"""


@pytest.mark.any_database("a process of its own, with a database of its own")
def test_cookies_at_an_https_address_are_bound_to_the_host(tmp_path):
    from benchmarks.migrated import make_tables
    from kecs.pii.keyring import Keyring

    Keyring.create(tmp_path / "keyring.json", label="development")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KECS_")},
        "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
        "KECS_MODE": "development",
        "KECS_VAR_DIR": str(tmp_path),
        "KECS_SECRET_KEY": "for-tests-only-" + "0123456789" * 5,
        "KECS_ORIGIN": "https://portal.example.org",
        "KECS_ALLOWED_HOSTS": "portal.example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'kecs.sqlite3'}",
    }
    make_tables(environment)
    done = subprocess.run(
        [sys.executable, "-c", COOKIES_AT_HTTPS], env=environment, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told["cookies"]) == {"__Host-session", "__Host-csrf", "language"}
    for name, marks in told["cookies"].items():
        assert marks == [True, True, "Lax", "/", ""], name
    assert "max-age=31536000" in told["hsts"]
