"""The command line in an installation of its own; and `kecs check` for one environment after the other, by a process that has read the code once and forks for each question.

Starting Python and reading everything takes two seconds, and the checks themselves a hundredth of one. What a start by
itself says is in test_refusal.py as well.

    python -m tests.rooms.config.checking: lines of JSON come in, an environment each; a line goes out, [what it said, status].
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SAFE = {
    "KECS_MODE": "production",
    "KECS_SECRET_KEY": "0123456789" * 6,
    "KECS_ORIGIN": "https://kecs.example.org",
    "KECS_ALLOWED_HOSTS": "kecs.example.org",
    "KECS_TRUSTED_PROXIES": "1",
    "DATABASE_URL": "sqlite:///kecs.sqlite3",
    "KECS_AGENCY_NAME": "Department of Education",
    "KECS_HELP_PHONE": "(502) 555-0142",
    "KECS_MAIL_FROM": "no-reply@kecs.example.org",
    "KECS_SSN_NOTICE_MANDATORY_OR_VOLUNTARY": "It is voluntary.",
    "KECS_SSN_NOTICE_AUTHORITY": "A law.",
    "KECS_SSN_NOTICE_USES": "To find your record.",
}


def outside() -> dict[str, str]:
    """The environment without what the test run itself has set."""
    ours = ("KECS_", "DJANGO_", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def environment_of(var: Path, *, without: Iterable[str] = (), **instead: str) -> dict[str, str]:
    """A safe one, but for these."""
    safe = {name: value for name, value in SAFE.items() if name not in without}
    if "DATABASE_URL" in safe:
        safe["DATABASE_URL"] = f"sqlite:///{var / 'kecs.sqlite3'}"
    return {**outside(), "KECS_VAR_DIR": str(var), **safe, **instead}


def kecs(var: Path, *words: str, without: Iterable[str] = (), **instead: str) -> tuple[str, int]:
    """Run the command line in an installation of its own; what it said, and its status."""
    done = subprocess.run(
        [Path(sys.executable).with_name("kecs"), *words],
        env=environment_of(var, without=without, **instead),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr, done.returncode


class Checker:
    """That process. `environment` is what it starts in, and must be safe: the code is read under it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.rooms.config.checking"],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def check(self, environment: Mapping[str, str]) -> tuple[str, int]:
        """What the checks say of this environment, and the status that the command would end with."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        asked.write(json.dumps(dict(environment)) + "\n")
        asked.flush()
        said, status = json.loads(answers.readline())
        return said, status

    def close(self) -> None:
        """No more questions."""
        self._process.communicate(timeout=30)


def _answer(environment: dict[str, str]) -> tuple[str, int]:
    """By a child that is this process as it was at its start."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, sys.stdout.fileno())
        os.dup2(writing, sys.stderr.fileno())
        os.closerange(3, writing + 1)
        os._exit(_check(environment))
    os.close(writing)
    with os.fdopen(reading) as words:
        said = words.read()
    return said, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _check(environment: dict[str, str]) -> int:
    """The settings of that environment in place of those of the start, and what Django's command says of them."""
    from django.conf import Settings, settings
    from django.core.management import execute_from_command_line

    os.environ.clear()
    os.environ.update(environment)
    try:
        importlib.reload(sys.modules["kecs.config.settings"])
        settings._wrapped = Settings("kecs.config.settings")
        execute_from_command_line(["kecs", "check"])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    else:
        status = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return status


def main() -> None:
    """Read the code, then answer until nobody asks."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "kecs.config.settings"
    import django
    from django.urls import get_resolver

    django.setup()
    _every_page = get_resolver().url_patterns
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
