"""A server that is killed while people register loses nobody and makes nobody twice; kill.py tells all that must hold."""

import subprocess
import sys
from pathlib import Path

import pytest

KILL = Path(__file__).with_name("kill.py")


@pytest.mark.slow
def test_a_killed_server_leaves_whole_registrations_only():
    done = subprocess.run(
        [sys.executable, KILL, "--quick"], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BROKEN" not in done.stdout
    assert "registered" in done.stdout
