"""The measurement of batch linkage itself, on FEBRL 3 alone and among a few people: it runs, and the model still finds them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_nearly_all_who_are_on_file_twice_are_found_and_hardly_anybody_else():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KECS_")}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.linkage", "--quick"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = re.findall(r"(\d+) records: recall (0\.\d+|1\.0+), precision (0\.\d+|1\.0+)", done.stdout)
    assert [records for records, _recall, _precision in found] == ["5000", "15000"]
    for _records, recall, precision in found:
        assert float(recall) > 0.94
        assert float(precision) > 0.99
