"""The benchmark itself: eighteen registrations against real servers, by HTTP, and everybody is on file afterwards."""

import pytest


@pytest.mark.slow
def test_eighteen_registrations_end_without_an_error_and_nobody_is_missing(quick_form):
    said = quick_form("registration")
    assert said.strip() == "18 registrations, 0 errors, nobody missing."


@pytest.mark.slow
def test_the_import_and_the_bare_path_write_the_same_rows(quick_form):
    said = quick_form("importing", "--only", "SQLite")
    assert said.strip().endswith("3,000 rows each time, nothing missing.")
    assert "share of the bare path" in said
