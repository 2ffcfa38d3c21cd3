"""A key that changes under searches, and a backup that comes back; rotate.py and restore_drill.py tell all that must hold."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.parametrize(("script", "rules"), [("rotate.py", 10), ("restore_drill.py", 6)])
def test_it_holds(script, rules):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, HERE / script, "--quick"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok ") == rules
