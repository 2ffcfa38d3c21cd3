"""Production starts with safe settings only: each unsafe one alone is refused, by name, in a plain sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kecs.pii.keyring import Keyring

SAFE = {
    "KECS_MODE": "production",
    "KECS_SECRET_KEY": "0123456789" * 6,
    "KECS_ORIGIN": "https://kecs.example.org",
    "KECS_ALLOWED_HOSTS": "kecs.example.org",
    "KECS_AGENCY_NAME": "Department of Education",
    "KECS_HELP_PHONE": "(502) 555-0142",
    "KECS_MAIL_FROM": "no-reply@kecs.example.org",
    "KECS_SSN_NOTICE_MANDATORY_OR_VOLUNTARY": "It is voluntary.",
    "KECS_SSN_NOTICE_AUTHORITY": "A law.",
    "KECS_SSN_NOTICE_USES": "To find your record.",
}


def outside():
    """The environment without what the test run itself has set."""
    ours = ("KECS_", "DJANGO_", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def kecs(var, *words, without=(), **instead):
    """Run the command line in an installation of its own; what it said, and its status."""
    environment = outside()
    settings = {**{name: value for name, value in SAFE.items() if name not in without}, **instead}
    done = subprocess.run(
        [Path(sys.executable).with_name("kecs"), *words],
        env={**environment, "KECS_VAR_DIR": str(var), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr, done.returncode


@pytest.fixture
def var(tmp_path):
    """A var folder with a keyring for production."""
    Keyring.create(tmp_path / "keyring.json", label="production")
    return tmp_path


def test_safe_settings_pass_ours_and_djangos_checks(var):
    said, status = kecs(var, "check", "--deploy", "--fail-level", "WARNING")
    assert status == 0, said


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("KECS_DEBUG", "1", "KECS_DEBUG must be off"),
        ("KECS_SECRET_KEY", "short", "at least 50 random characters"),
        ("KECS_ORIGIN", "http://kecs.example.org", "https:// address"),
        ("KECS_ALLOWED_HOSTS", "*", "without a wildcard"),
        ("KECS_ALLOWED_HOSTS", "", "KECS_ALLOWED_HOSTS"),
        ("KECS_AGENCY_NAME", "", "KECS_AGENCY_NAME"),
        ("KECS_HELP_PHONE", "", "KECS_HELP_PHONE or KECS_HELP_EMAIL"),
        ("KECS_MAIL_FROM", "", "KECS_MAIL_FROM"),
        ("KECS_SSN_NOTICE_MANDATORY_OR_VOLUNTARY", "", "KECS_SSN_NOTICE_MANDATORY_OR_VOLUNTARY"),
        ("KECS_SSN_NOTICE_AUTHORITY", "", "KECS_SSN_NOTICE_AUTHORITY"),
        ("KECS_SSN_NOTICE_USES", "", "KECS_SSN_NOTICE_USES"),
        ("KECS_ALLOW_NEVER_ISSUED_SSN", "1", "KECS_ALLOW_NEVER_ISSUED_SSN must be off"),
        ("KECS_SEARCH_TAKES_MS", "20", "KECS_SEARCH_TAKES_MS must be at least 100"),
        ("KECS_IMPORT_FOLDER_MOST_MB", "511", "the folder must have room for one file"),
        ("KECS_PASSWORD_HASH_COST", "test", "KECS_PASSWORD_HASH_COST must be full"),
        ("KECS_MAIL_TRANSPORT", "kecs.mail.transports.EmlFileTransport", "must send mail"),
        ("KECS_ROBOT", "null", "null"),
        ("KECS_MODE", "staging", "production or development"),
    ],
)
def test_one_unsafe_setting_is_enough_to_refuse(var, name, value, sentence):
    said, status = kecs(var, "check", **{name: value})
    assert status != 0
    assert sentence in said
    assert said.count("(kecs.") + said.count("(guard.") == 1, said


def test_without_any_setting_nothing_starts(tmp_path):
    said, status = kecs(tmp_path, "check", without=SAFE)
    assert status != 0
    for name in ("KECS_SECRET_KEY", "KECS_ORIGIN", "KECS_SSN_NOTICE_AUTHORITY", "keyring"):
        assert name in said


@pytest.mark.parametrize("module", ["kecs.config.wsgi"])
def test_the_web_server_refuses_to_load_too(tmp_path, module):
    environment = outside()
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        env={**environment, "KECS_VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "Set KECS_SECRET_KEY" in done.stderr


def test_a_development_keyring_is_refused(tmp_path):
    Keyring.create(tmp_path / "keyring.json", label="development")
    said, status = kecs(tmp_path, "check")
    assert status != 0
    assert "made for development" in said


def test_a_keyring_that_others_can_read_is_refused(var):
    (var / "keyring.json").chmod(0o644)
    said, status = kecs(var, "check")
    assert status != 0
    assert "chmod 600" in said


def test_the_demonstration_is_never_made_in_production(var):
    said, status = kecs(var, "init_development")
    assert status != 0
    assert "not a development installation" in said
    assert sorted(path.name for path in var.iterdir()) == ["keyring.json"]


def test_a_keyring_is_never_overwritten(var):
    before = (var / "keyring.json").read_text()
    said, status = kecs(var, "make_keyring")
    assert status != 0
    assert "left alone" in said
    assert (var / "keyring.json").read_text() == before


def test_development_makes_its_settings_keys_and_town_and_a_second_time_changes_nothing(tmp_path):
    var = tmp_path / "var"
    first, status = kecs(var, "init_development", without=SAFE, KECS_MODE="development")
    assert status == 0, first
    assert "Katherine Smith-Jones" in first
    kept = {path.name: path.read_bytes() for path in var.iterdir() if path.suffix in {".env", ".json"}}
    assert {(var / name).stat().st_mode & 0o777 for name in ("kecs.env", "keyring.json")} == {0o600}
    second, status = kecs(var, "init_development", without=SAFE)
    assert (status, second) == (0, first)
    assert kept == {name: (var / name).read_bytes() for name in kept}
