"""The quick form of the benchmark keeps its bars."""

import pytest


@pytest.mark.slow
def test_common_passwords_are_refused_and_good_ones_are_not(quick_form):
    said = quick_form("passwords")
    assert said.strip().endswith("every bar kept.")
