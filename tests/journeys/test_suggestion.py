"""Suggest a password, in a real browser: both boxes filled and shown, every rule ticked, said once and politely."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.factories.people import MARIA
from tests.journeys.walking import searches

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_suggestion_fills_both_boxes_and_is_announced(phone_page: Page):
    searches(phone_page, MARIA)
    phone_page.get_by_role("button", name="Create New Account").click()
    phone_page.get_by_role("button", name="Suggest a password").click()
    shown = phone_page.locator("[data-suggestion] strong")
    expect(shown).to_be_visible()
    suggested = shown.text_content() or ""
    for box in ("#id_password1", "#id_password2"):
        expect(phone_page.locator(box)).to_have_value(suggested)
        expect(phone_page.locator(box)).to_have_attribute("type", "text")
    expect(phone_page.locator("#password_rules [role=status]")).to_have_text("Password: 5 of 5 rules met")
    assert phone_page.locator("[data-suggestion]").get_attribute("role") == "status"


def test_the_count_of_rules_is_said_once_when_typing_rests(phone_page: Page):
    searches(phone_page, MARIA)
    phone_page.get_by_role("button", name="Create New Account").click()
    phone_page.evaluate(
        """() => { window.said = []; new MutationObserver(() => window.said.push(
        document.querySelector('#password_rules [role=status]').textContent))
        .observe(document.querySelector('#password_rules [role=status]'), {childList: true}); }"""
    )
    # By the page's own clock, which stands still: on a busy machine a rest would come between two letters.
    now = datetime.now(UTC)
    phone_page.clock.install(time=now)
    phone_page.clock.pause_at(now + timedelta(seconds=1))
    phone_page.locator("#id_password1").press_sequentially("Canoe7")
    phone_page.clock.run_for(200)
    phone_page.locator("#id_password1").press_sequentially("a")
    assert phone_page.evaluate("window.said") == []
    phone_page.clock.run_for(3_000)
    assert phone_page.evaluate("window.said") == ["Password: 3 of 5 rules met"]


def test_enter_in_a_field_sends_the_form_and_asks_for_no_suggestion(phone_page: Page):
    searches(phone_page, MARIA)
    phone_page.get_by_role("button", name="Create New Account").click()
    phone_page.get_by_label("Username").press("Enter")
    expect(phone_page.get_by_role("heading", name="There is a problem")).to_be_visible()
