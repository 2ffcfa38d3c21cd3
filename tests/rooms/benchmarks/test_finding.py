"""The measurement itself, small: by everything that leads to a person she is found, and no table is read through."""

import pytest


@pytest.mark.slow
def test_everybody_is_found_by_everything_and_no_table_is_read_through(quick_form):
    said = quick_form("finding")
    assert said.strip() == "2,000 records, 17 kinds of search: everybody found, no table read through."
