"""What is killed loses nobody and makes nobody twice; kill.py and kill_import.py tell all that must hold."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

KILL = Path(__file__).with_name("kill.py")
KILL_IMPORT = Path(__file__).with_name("kill_import.py")


@pytest.mark.slow
def test_a_killed_server_leaves_whole_registrations_only():
    done = subprocess.run(
        [sys.executable, KILL, "--quick"], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BROKEN" not in done.stdout
    assert "registered" in done.stdout


@pytest.mark.slow
def test_a_killed_import_ends_as_one_that_nobody_disturbed():
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, KILL_IMPORT, "--quick"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BROKEN" not in done.stdout
    assert done.stdout.count("ok ") == 10
