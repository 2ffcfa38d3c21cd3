"""A long look goes on where it stopped: what was seen is not looked at again, unless the page says something else."""

import pytest

from tests.pages import looked
from tests.pages.looked import Kept, Looked, demand_style_sheet


def test_a_page_is_looked_at_again_when_its_words_change_and_not_for_a_new_token(tmp_path, monkeypatch):
    monkeypatch.setattr(looked, "KEPT", tmp_path / "kept")
    style = tmp_path / "kecs.css"
    style.write_text("a")
    page = Kept("en", "home-first", "/home", "educator")
    page.file.parent.mkdir(parents=True)
    page.file.write_text(
        '<link href="/static/ui/kecs.0123456789ab.css"><p>Hello</p><input value="Zm9vYmFyYmF6cXV4Zm9vYmFy"><a href="/x/1">11/26/2026</a>'
    )
    results = Looked(tmp_path / "results", style)
    assert results.faults(page, "first") is None
    results.write(page, "first", [("axe", "a fault")])
    results.write(page, "widths", [])
    assert results.faults(page, "first") == [("axe", "a fault")]
    page.file.write_text(
        '<link href="/static/ui/kecs.ba9876543210.css"><p>Hello</p><input value="YmFyYmF6cXV4Zm9vYmFyZm9v"><a href="/x/2">11/27/2026</a>'
    )
    assert results.faults(page, "widths") == []
    with pytest.raises(SystemExit, match=r"kecs\.ba9876543210\.css was built anew"):
        demand_style_sheet(page)
    style.write_text("b")
    results = Looked(tmp_path / "results", style)
    assert results.faults(page, "first") == [("axe", "a fault")]
    assert results.is_old(page, "first")
    page.file.write_text("<p>Goodbye</p>")
    assert results.faults(page, "first") is None
