"""A second step in a real browser: passkeys with Chromium's virtual authenticator, an app and recovery codes without script."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import path
from playwright.sync_api import Page, expect

from kecs.accounts.factors.actions import make_recovery_codes
from kecs.accounts.factors.queries import factors_of
from kecs.config.urls import urlpatterns as portal
from tests.factories import factors as f
from tests.factories.people import MARIA
from tests.journeys import walking as w
from tests.journeys.conftest import DESKTOP, PHONE, NewPage, Watch

Axe = Callable[[Page], list[str]]
Shoot = Callable[[Page, str], Path]

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def maria(settings: Any, transactional_db: None) -> Any:
    """Her account, made without a browser."""
    settings.KECS_ROBOT = "null"
    return f.account()


def has_device(page: Page, **other: Any) -> Callable[[bool], None]:
    """A device that makes and shows passkeys; whether it recognises its owner can be changed."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    device = debugger.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **other}})

    def recognises(owner: bool) -> None:
        debugger.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": device["authenticatorId"], "isUserVerified": owner},
        )

    return recognises


def opens(page: Page) -> None:
    """The front page, and the Sign In box filled in."""
    page.goto("/")
    w.signs_in(page, "maria.fuentes")


def adds_passkey(page: Page, name: str) -> None:
    """Through the page that does it."""
    page.goto("/account/passkeys/add")
    page.get_by_label("Name of the passkey").fill(name)
    w.press(page, "Add the passkey")


def signs_out(page: Page) -> None:
    """By the button in the head."""
    w.press(page, "Sign out")
    w.is_at(page, "Sign In or Register")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_a_passkey_from_making_to_removing(
    new_page: NewPage, maria: Any, shoot: Shoot, size: tuple[int, int]
) -> None:
    page = new_page(width=size[0], height=size[1])
    has_device(page)
    opens(page)
    adds_passkey(page, "My phone")
    w.is_at(page, "Your recovery codes")
    shoot(page, "account-recovery-codes")
    w.press(page, "I have kept them")
    shoot(page, "account-second-steps")
    page.goto("/account/passkeys")
    w.sees(page, "My phone")
    shoot(page, "account-passkeys")
    page.goto("/account")
    shoot(page, "account")
    signs_out(page)

    # Alone, from the Sign In box.
    shoot(page, "sign-in-passkey")
    w.press(page, "Sign in with a passkey")
    w.is_at(page, "Home Page")
    signs_out(page)

    # After the password.
    opens(page)
    w.is_at(page, "Second step")
    shoot(page, "second-step")
    w.press(page, "Use a passkey")
    w.is_at(page, "Home Page")

    # Renamed and removed.
    page.goto("/account/passkeys")
    w.follow(page, "Rename My phone")
    page.get_by_label("Name of the passkey").fill("My old phone")
    w.press(page, "Save the name")
    w.follow(page, "Remove My old phone")
    w.press(page, "Yes, remove it")
    w.sees(page, "You have no passkey yet.")
    signs_out(page)
    opens(page)
    w.is_at(page, "Home Page")


def test_two_passkeys_and_a_device_that_does_not_know_its_owner(new_page: NewPage, maria: Any) -> None:
    page, other = new_page(), new_page()
    recognises = has_device(page)
    has_device(other)
    opens(page)
    adds_passkey(page, "My phone")
    w.press(page, "I have kept them")
    opens(other)
    w.is_at(other, "Second step")
    # The phone is not here: a recovery code.
    other.goto("/")
    w.is_at(other, "Second step")
    expect(w.button(other, "Use a passkey")).to_be_visible()
    codes = make_recovery_codes(account_id=maria.pk, by="tests")
    other.get_by_label("Code").fill(codes[0])
    w.press(other, "Continue")
    w.is_at(other, "Home Page")
    adds_passkey(other, "My laptop")
    other.goto("/account/passkeys")
    w.sees(other, "My phone")
    w.sees(other, "My laptop")

    # Alone, a passkey opens only where the device checked the person.
    signs_out(page)
    recognises(False)
    w.button(page, "Sign in with a passkey").click()
    expect(page.locator("[data-passkey-status]")).to_have_text(
        "The passkey did not work. Try again, or use another way."
    )
    w.is_at(page, "Sign In or Register")


def test_a_passkey_of_nobody_is_answered_with_words(new_page: NewPage, maria: Any) -> None:
    page = new_page()
    has_device(page)
    opens(page)
    adds_passkey(page, "My phone")
    w.press(page, "I have kept them")
    from allauth.mfa.models import Authenticator

    Authenticator.objects.all().delete()
    signs_out(page)
    w.press(page, "Sign in with a passkey")
    w.sees(page, "We could not sign you in with this passkey.")


def test_an_app_and_recovery_codes_without_script(
    noscript_page: Page, maria: Any, shoot: Shoot, axe: Axe
) -> None:
    page = noscript_page
    opens(page)
    page.goto("/account/passkeys/add")
    w.sees(page, "A passkey needs JavaScript and a newer browser.")
    page.goto("/account/second-step/app")
    shoot(page, "authenticator-noscript")
    secret = page.locator("strong.kecs-whole").inner_text().replace(" ", "")
    page.get_by_label("Code").fill("000000")
    w.press(page, "Finish")
    w.sees(page, "This code does not work.")
    page.get_by_label("Code").fill(f.code(secret))
    w.press(page, "Finish")
    w.is_at(page, "Your recovery codes")
    codes = page.locator("code").all_inner_texts()
    assert len(codes) == 10
    file = page.get_by_role("link", name="Save the codes as a file")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("code").last).to_be_visible()
    for only_on_a_screen in (file, w.button(page, "I have kept them")):
        expect(only_on_a_screen).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen", color_scheme="light")
    with page.expect_download() as saved:
        file.click()
    assert codes[9] in Path(saved.value.path()).read_text(encoding="utf-8")
    w.press(page, "I have kept them")
    signs_out(page)
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()

    opens(page)
    w.is_at(page, "Second step")
    page.get_by_label("Code").fill(f.code(secret, steps=1))
    w.press(page, "Continue")
    w.is_at(page, "Home Page")
    signs_out(page)

    opens(page)
    page.get_by_label("Code").fill(codes[0])
    w.press(page, "Continue")
    w.is_at(page, "Home Page")
    mail = w.mail_to(MARIA.email, "A recovery code was used")
    assert "Codes left: 9." in " ".join(mail.split())
    page.goto("/account/activity")
    w.sees(page, "You signed in with your password and a recovery code.")


def test_every_page_is_open_to_everybody(new_page: NewPage, maria: Any, axe: Axe, shoot: Shoot) -> None:
    first = new_page()
    has_device(first)
    opens(first)
    adds_passkey(first, "My phone")
    [passkey] = factors_of(maria.pk).passkeys
    codes = f.with_app(maria)
    for size in (PHONE, DESKTOP):
        page = new_page(width=size[0], height=size[1])
        opens(page)
        page.get_by_label("Code").fill("000000")
        w.press(page, "Continue")
        w.sees(page, "This code does not work.")
        assert axe(page) == []
        shoot(page, "second-step-wrong")
        page.get_by_label("Code").fill(codes.pop())
        w.press(page, "Continue")
        w.is_at(page, "Home Page")
        for address, name in (
            ("/account", "account"),
            ("/account/activity", "account-activity"),
            ("/account/again?next=/account", "account-again"),
            ("/account/again?next=/account&code=1", "account-again-code"),
            ("/account/password", "account-password"),
            ("/account/second-step", "account-second-steps"),
            ("/account/second-step/app", "authenticator"),
            ("/account/second-step/app/remove", "authenticator-remove"),
            ("/account/passkeys", "passkeys"),
            ("/account/passkeys/add", "passkey-add"),
            (f"/account/passkeys/{passkey.id}", "passkey-rename"),
            (f"/account/passkeys/{passkey.id}/remove", "passkey-remove"),
        ):
            page.goto(address)
            assert axe(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            shoot(page, name)
        page.goto("/account/second-step")
        w.press(page, "Make new recovery codes")
        assert axe(page) == []
        codes = page.locator("code").all_inner_texts()
        signs_out(page)
        assert axe(page) == []


# --- Staff -------------------------------------------------------------------------------------------------------


def desk() -> Any:
    """A page of staff, as the console has them."""
    from django.http import HttpResponse

    from kecs.accounts.factors.gate import StaffRequired

    class Desk(StaffRequired):
        def get(self, request: Any) -> HttpResponse:
            return HttpResponse("<h1>The desk</h1>")

    return Desk.as_view()


urlpatterns = [*portal, path("desk", desk())]


@pytest.mark.urls(__name__)
def test_staff_set_up_a_second_factor_before_anything_opens(
    new_page: NewPage, maria: Any, watch: Watch
) -> None:
    f.as_staff(maria)
    page = new_page()
    watch.expect("404")  # the page of this test has no icon
    has_device(page)
    page.goto("/desk")
    w.signs_in(page, "maria.fuentes")
    w.is_at(page, "Second step")
    w.sees(page, "Staff pages open after you set up a second step. Choose one here.")
    w.follow(page, "Set up a passkey")
    page.get_by_label("Name of the passkey").fill("The key at my desk")
    w.press(page, "Add the passkey")
    w.press(page, "I have kept them")
    page.goto("/desk")
    w.is_at(page, "Desk")
    page.goto("/home")
    signs_out(page)
    page.goto("/desk")
    w.press(page, "Sign in with a passkey")
    assert re.search(r"/desk$", page.url)
    w.is_at(page, "Desk")
