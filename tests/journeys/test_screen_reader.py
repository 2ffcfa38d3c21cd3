"""What the browser tells a screen reader, page by page of the whole flow, is the text that a person has read: screen_reader.txt.

When words or structure change, `SCREEN_READER=write pytest tests/journeys/test_screen_reader.py` writes it anew; read the
difference line by line, as somebody would hear it, before it goes in.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.pages import front_door
from tests.pages.visit import Shown, walk

GOLDEN = Path(__file__).with_name("screen_reader.txt")
SCENES = [
    front_door.signing_in,
    front_door.searching,
    front_door.what_a_search_finds,
    front_door.an_account_for_a_record,
    front_door.the_home_page,
]
# In the order in which somebody meets them.
HEARD = (
    "account-login-first",
    "registration-search-first",
    "registration-search-errors",
    "registration-match-nothing",
    "registration-match-one",
    "registration-account-claim",
    "registration-account-claim-weak-password",
    "home-home-claimed",
    "accounts-confirm-email-the-button",
    "home-home-email-confirmed",
)


def heard(browser: Browser, pages: dict[str, Shown]) -> str:
    """The accessibility tree of each page, as text."""
    page = browser.new_page(java_script_enabled=False)
    told = []
    for name in HEARD:
        page.set_content(pages[name].html)
        tree = page.locator("body").aria_snapshot()
        told.append(f"=== {name}: {page.title()}\n{tree}\n")
    page.close()
    # A date of next week, and the end of a username that we offer.
    still = re.sub(r"\d\d/\d\d/20\d\d", "00/00/2000", "\n".join(told))
    return re.sub(r"(?<=ortega)\d+", "00000", still)


@pytest.mark.django_db
def test_the_flow_is_heard_as_it_was_read(browser: Browser):
    pages = {page.name: page for page in walk("en", SCENES).shown}
    text = heard(browser, pages)
    if os.environ.get("SCREEN_READER") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
