"""The warning before a session ends, in a real browser: one press, and what was typed is still there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import factors as f
from tests.journeys import walking as w
from tests.journeys.conftest import DESKTOP, PHONE, NewPage

Shoot = Callable[[Page, str], Path]


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_one_press_extends_the_session_and_keeps_what_was_typed(
    new_page: NewPage, settings: Any, transactional_db: None, shoot: Shoot, size: tuple[int, int]
):
    settings.KECS_ROBOT = "null"
    f.account()
    page = new_page(width=size[0], height=size[1])
    page.goto("/")
    w.signs_in(page, "maria.fuentes")
    page.goto("/account/emails/add")
    field = page.get_by_label("New email address")
    field.fill("typed@example.org")
    settings.KECS_IDLE_MINUTES = 2
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    stay = page.get_by_role("button", name="Stay signed in")
    expect(stay).to_be_focused()
    shoot(page, f"time_out_{size[0]}")
    settings.KECS_IDLE_MINUTES = 30
    stay.click()
    expect(page.locator("dialog")).to_be_hidden()
    expect(field).to_be_focused()
    expect(field).to_have_value("typed@example.org")
