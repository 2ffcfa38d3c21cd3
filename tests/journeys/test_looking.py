"""What the journeys look for can be found: each measure sees its fault on a page made for it, and passes a good page."""

from pathlib import Path

from playwright.sync_api import Page

from tests.journeys.looking import (
    Scale,
    hard_words,
    invalid_html,
    note_shifts,
    shifts,
    sideways,
)
from tests.plain_words import HARDEST, grade, syllables

EASY = "Press the button. We will send you a new link. Open it on this phone. Then you can go on. " * 2
HARD = (
    "Notwithstanding the aforementioned verification requirements, applicants whose certification documentation "
    "remains unsubstantiated may nevertheless be administratively reconsidered, provided that an authenticated "
    "declaration accompanies the supplementary application materials submitted to the responsible authority."
)


def test_a_shift_is_seen(browser_page: Page):
    note_shifts(browser_page.context)
    browser_page.goto("/register/no-ssn")
    browser_page.wait_for_timeout(100)
    browser_page.evaluate("document.querySelector('h1').style.height = '400px'")
    browser_page.wait_for_timeout(200)
    assert shifts(browser_page) != []


def test_what_is_too_wide_is_seen(browser_page: Page):
    browser_page.set_content("<table><tr><td>" + "wide" * 200 + "</table>")
    assert sideways(browser_page) != []
    browser_page.set_content("<p>narrow</p>")
    assert sideways(browser_page) == []


def test_everything_that_a_page_loads_is_weighed(browser_page: Page):
    scale = Scale(browser_page)
    browser_page.goto("/", wait_until="networkidle")
    first = dict(scale.weights)
    assert {path.rpartition(".")[2] for path in first} >= {"css", "js", "svg", "woff2"}
    assert scale.total > 30_000
    browser_page.goto("/register/search")
    browser_page.goto("/", wait_until="networkidle")
    # Weighed anew and as heavy as before: the browser kept nothing, and the page between does not count.
    assert first.keys() == scale.weights.keys()


def test_hard_english_is_seen(browser_page: Page):
    assert grade(EASY) < 4 < HARDEST < 16 < grade(HARD)
    counts = {"a": 1, "name": 1, "email": 2, "security": 4, "signed": 1, "wanted": 2}
    assert {word: syllables(word) for word in counts} == counts
    browser_page.set_content(f"<main><h1>So</h1><p>{HARD}</p></main>")
    assert hard_words(browser_page) != []
    browser_page.set_content(f"<main><h1>So</h1><p>{EASY}</p></main>")
    assert hard_words(browser_page) == []


def test_what_is_not_html_is_seen(tmp_path: Path):
    good = "<!DOCTYPE html>\n<html lang='en'><head><title>T</title></head><body><p>x</p></body></html>"
    assert any(
        "close-order" in fault for fault in invalid_html({"bad": good.replace("</p>", "</b>")}, tmp_path)
    )
