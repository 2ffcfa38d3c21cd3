"""The frame fits its budget, and leaves room for the robot check."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from tests.rooms.ui.weight import BUDGET, page_weight

ROBOT_CHECK = ("altcha/altcha.min.js", "altcha/pbkdf2.js")


def test_the_search_page_fits_the_budget_with_the_robot_check():
    weights = page_weight(render_to_string("404.html"), also=ROBOT_CHECK)
    assert {"ui/kecs.css", "ui/form.js", *ROBOT_CHECK} <= weights.keys()
    assert len([name for name in weights if name.endswith(".woff2")]) == 2
    assert sum(weights.values()) < BUDGET - 15 * 1024, weights  # what is left is for the page's own words


def test_the_style_sheet_names_only_files_that_are_there():
    found = finders.find("ui/kecs.css")
    assert isinstance(found, str), "ui/kecs.css is not there: run make setup"
    named = set(re.findall(r"url\(\"?([^\")]+)\"?\)", Path(found).read_text(encoding="utf-8")))
    assert any(name.startswith("fonts/") for name in named)
    for name in named:
        assert (Path(found).parent / name).exists(), name


@pytest.mark.parametrize("name", ["ui/kecs.css", *ROBOT_CHECK])
def test_no_asset_points_at_a_source_map(name):
    found = finders.find(name)
    assert isinstance(found, str), f"{name} is not there: run make setup"
    assert "sourceMappingURL" not in Path(found).read_text(encoding="utf-8")
