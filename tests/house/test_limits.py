"""Law: the page of limits is the table that the portal goes by."""

from kecs.config.management.commands.limits import PAGE, limits_page
from kecs.guard.limits import Limit


def test_the_page_is_the_table():
    assert PAGE.read_text(encoding="utf-8") == limits_page(), "run: .venv/bin/kecs limits"


def test_it_names_every_limit():
    assert all(f"`{limit}`" in limits_page() for limit in Limit)
