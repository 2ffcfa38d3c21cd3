"""The guide for the policy person shows the tables that the portal obeys."""

from kecs.assurance.management.commands.levels import GUIDE, generated, guide_with


def test_the_guide_has_the_tables_in_force():
    text = GUIDE.read_text(encoding="utf-8")
    assert text == guide_with(generated(), text), "run: .venv/bin/kecs levels"


def test_tables_from_before_are_seen():
    text = GUIDE.read_text(encoding="utf-8")
    assert guide_with("other tables", text) != text
