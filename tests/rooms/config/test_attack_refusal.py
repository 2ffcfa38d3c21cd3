"""More that production does not start with, and that it does serve with safe settings."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.migrated import lay_tables
from kecs.pii.keyring import Keyring
from tests.rooms.config.checking import SAFE, environment_of


@pytest.fixture
def installation(tmp_path):
    """A var folder with a keyring for production."""
    Keyring.create(tmp_path / "keyring.json", label="production")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("KECS_MAIL_TRANSPORT", "django.core.mail.backends.console.EmailBackend", "must send mail"),
        ("KECS_MAIL_TRANSPORT", "django.core.mail.backends.dummy.EmailBackend", "must send mail"),
        ("KECS_EVIDENCE", "staff_check,ssn", "KECS_EVIDENCE: ssn is no evidence."),
        ("KECS_EVIDENCE", "letter_code", "KECS_EVIDENCE must name staff_check"),
        ("KECS_PASSWORD_POLICY", "none", "KECS_PASSWORD_POLICY must be one of: guide, nist."),
        ("KECS_SSN_NOTICE_USES", "DEMONSTRATION TEXT: to find your record.", "Set KECS_SSN_NOTICE_USES"),
        ("KECS_ROBOT", "turnstile", "Set KECS_ROBOT_SITE_KEY and KECS_ROBOT_SECRET."),
        ("KECS_ALTCHA_COST", "1", "KECS_ALTCHA_COST must be at least 1000."),
    ],
)
def test_one_more_unsafe_setting_is_enough_to_refuse(checker, installation, name, value, sentence):
    said, status = checker.check(environment_of(installation, **{name: value}))
    assert status == 1
    assert sentence in said
    assert said.count("(kecs.") == 1, said


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_with_safe_settings_it_serves(installation):
    lay_tables(installation / "kecs.sqlite3")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KECS_")}
    environment.pop("DATABASE_URL", None)
    gunicorn = Path(sys.executable).with_name("gunicorn")
    server = subprocess.Popen(
        [
            gunicorn,
            "kecs.config.wsgi:application",
            f"--bind=127.0.0.1:{port}",
            "--log-level=critical",
            "--no-control-socket",
        ],
        env={
            **environment,
            **SAFE,
            "DATABASE_URL": f"sqlite:///{installation / 'kecs.sqlite3'}",
            "KECS_VAR_DIR": str(installation),
        },
        start_new_session=True,
    )
    try:
        answer = first_answer(port, "kecs.example.org")
        assert answer.status == 200
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert all(
            cookie.startswith("__Host-") and "Secure" in cookie
            for cookie in answer.headers.get_all("Set-Cookie") or []
        )
        assert first_answer(port, "evil.example.net").status == 400
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def first_answer(port, host):
    deadline = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": host, "X-Forwarded-Proto": "https"})
            answer = connection.getresponse()
            answer.read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return answer
        finally:
            connection.close()
