"""The benchmark itself: a few dozen registrations against real servers, by HTTP, and everybody is on file afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_a_few_dozen_registrations_end_without_an_error_and_nobody_is_missing():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KECS_")}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.registration", "--quick"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "36 registrations, 0 errors, nobody missing."


@pytest.mark.slow
def test_the_import_and_the_bare_path_write_the_same_rows():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KECS_")}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.importing", "--quick", "--only", "SQLite"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip().endswith("8,000 rows each time, nothing missing.")
    assert "share of the bare path" in done.stdout
