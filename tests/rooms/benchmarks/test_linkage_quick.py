"""The measurement of batch linkage itself, on FEBRL 3 alone and among a few people: it runs, and the model still finds them."""

import re

import pytest


@pytest.mark.slow
def test_nearly_all_who_are_on_file_twice_are_found_and_hardly_anybody_else(quick_form):
    said = quick_form("linkage")
    found = re.findall(r"(\d+) records: recall (0\.\d+|1\.0+), precision (0\.\d+|1\.0+)", said)
    assert [records for records, _recall, _precision in found] == ["5000", "15000"]
    for _records, recall, precision in found:
        assert float(recall) > 0.94
        assert float(precision) > 0.99
