"""Runs the measuring commands as whoever measures does: in a process of their own, without this run's environment."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

QuickForm = Callable[..., str]


@pytest.fixture(scope="session")
def quick_form() -> QuickForm:
    """What `python -m benchmarks.MODULE --quick ARGUMENTS` prints; fails with what it said when it fails."""

    def run(module: str, *arguments: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KECS_")}
        environment.pop("DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", "--quick", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return run
