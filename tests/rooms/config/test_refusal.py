"""Production starts with safe settings only: each unsafe one alone is refused, by name, in a plain sentence."""

import subprocess
import sys

import pytest

from kecs.pii.keyring import Keyring
from tests.rooms.config.checking import SAFE, environment_of, kecs, outside


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
        ("DATABASE_URL", "", "Set DATABASE_URL"),
        ("KECS_SMTP_URL", "smtp+tls://user:password@mail.example.org", "KECS_SMTP_URL must begin with"),
        ("KECS_TRUSTED_PROXIES", "0", "Set KECS_TRUSTED_PROXIES"),
        ("KECS_SSN_NOTICE_MANDATORY_OR_VOLUNTARY", "", "KECS_SSN_NOTICE_MANDATORY_OR_VOLUNTARY"),
        ("KECS_SSN_NOTICE_AUTHORITY", "", "KECS_SSN_NOTICE_AUTHORITY"),
        ("KECS_SSN_NOTICE_USES", "", "KECS_SSN_NOTICE_USES"),
        ("KECS_ALLOW_NEVER_ISSUED_SSN", "1", "KECS_ALLOW_NEVER_ISSUED_SSN must be off"),
        ("KECS_SEARCH_TAKES_MS", "20", "KECS_SEARCH_TAKES_MS must be at least 100"),
        ("KECS_IMPORT_FOLDER_MOST_MB", "511", "the folder must have room for one file"),
        ("KECS_HASHES_AT_ONCE", "8", "KECS_HASHES_AT_ONCE (8) must be fewer than KECS_WEB_THREADS (8)"),
        ("KECS_WEB_THREADS", "1", "no page opens"),
        ("KECS_PASSWORD_HASH_COST", "test", "KECS_PASSWORD_HASH_COST must be full"),
        ("KECS_MAIL_TRANSPORT", "kecs.mail.transports.EmlFileTransport", "must send mail"),
        ("KECS_ROBOT", "null", "null"),
        ("KECS_MODE", "staging", "production or development"),
    ],
)
def test_one_unsafe_setting_is_enough_to_refuse(checker, var, name, value, sentence):
    said, status = checker.check(environment_of(var, **{name: value}))
    assert status == 1
    assert sentence in said
    assert said.count("(kecs.") + said.count("(guard.") == 1, said


def test_a_start_says_what_the_checker_says(checker, var):
    unsafe = {"KECS_DEBUG": "1"}
    assert checker.check(environment_of(var, **unsafe)) == kecs(var, "check", **unsafe)
    assert checker.check(environment_of(var)) == kecs(var, "check")


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


def test_development_makes_its_settings_keys_and_town_and_a_second_time_changes_nothing_and_production_refuses_it(
    tmp_path,
):
    var = tmp_path / "var"
    first, status = kecs(var, "init_development", without=SAFE, KECS_MODE="development")
    assert status == 0, first
    assert "Katherine Smith-Jones" in first
    kept = {path.name: path.read_bytes() for path in var.iterdir() if path.suffix in {".env", ".json"}}
    assert {(var / name).stat().st_mode & 0o777 for name in ("kecs.env", "keyring.json")} == {0o600}
    second, status = kecs(var, "init_development", without=SAFE)
    assert (status, second) == (0, first)
    assert kept == {name: (var / name).read_bytes() for name in kept}
    # Somebody copies the demonstration's var folder to the server and changes one line.
    said, status = kecs(var, "check", without=SAFE, KECS_MODE="production")
    assert status == 1
    for part in ("KECS_ORIGIN", "KECS_SSN_NOTICE_AUTHORITY", "made for development", "KECS_MAIL_FROM"):
        assert part in said
