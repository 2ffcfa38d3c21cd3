"""Law: the picture of the front door is the one that flow.py draws."""

from kecs.config.management.commands.flow import PAGE, flow_page


def test_the_readme_of_registration_is_the_flow():
    assert PAGE.read_text(encoding="utf-8") == flow_page(), "run: .venv/bin/kecs flow"


def test_the_picture_names_every_step():
    page = flow_page()
    for step in ("search", "match", "account", "home"):
        assert f"`{step}`" in page
