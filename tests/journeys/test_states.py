"""Every page in every state it can be in, on a phone and at a desk, by day and by night.

Each test takes one part of the portal through its states. `look` judges a state; the test fails at its end with all that
was found, so that one fault does not hide the next.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.factories.claims import code_in, holder, newest
from tests.factories.people import MARIA, PASSWORD, Person, on_file
from tests.journeys import walking as w
from tests.journeys.conftest import DESKTOP, PHONE, NewPage, Watch, axe_violations
from tests.journeys.looking import (
    BUDGET,
    Scale,
    forget_shifts,
    hard_words,
    invalid_html,
    note_shifts,
    shifts,
    sideways,
)

Look = Callable[[Page, str], None]
RUTH = Person(
    first_name="Ruth",
    last_surname="Okafor",
    birth_date=date(1961, 3, 5),
    ssn="900661234",
    email="ruth@example.net",
)


@pytest.fixture
def visitor(new_page: NewPage) -> Page:
    """Somebody who sees each page for the first time, on a phone: the browser keeps nothing."""
    page = new_page(width=PHONE[0], height=PHONE[1], has_touch=True)
    note_shifts(page.context)
    return page


def what_each_size_shows(page: Page, name: str, shoot: Callable[[Page, str], Path]) -> Iterator[str]:
    """What axe finds on the phone, and by night, when the colours are others and nothing else. The page is left as it was.

    With PICTURES in the environment, at a desk as well.
    """
    for width, height in (DESKTOP, PHONE) if "PICTURES" in os.environ else (PHONE,):
        page.set_viewport_size({"width": width, "height": height})
        shoot(page, name)
        yield from (f"{width} wide: {violation}" for violation in axe_violations(page))
    page.emulate_media(color_scheme="dark")
    yield from (f"in the dark: {violation}" for violation in axe_violations(page, colours_only=True))
    page.emulate_media(color_scheme="light")


@pytest.fixture
def look(
    visitor: Page, shoot: Callable[[Page, str], Path], served: dict[str, str], tmp_path: Path
) -> Iterator[Look]:
    """look(page, "search-errors"): notes what is wrong with the state the page is in. Fails the test at its end."""
    scale = Scale(visitor)
    faults: list[str] = []

    def judge(page: Page, name: str) -> None:
        page.wait_for_load_state("load")
        page.evaluate("document.fonts.ready.then(() => null)")
        found = shifts(page)
        if scale.total >= BUDGET:
            found.append(f"weighs {scale.total} bytes: {scale.weights}")
        found += [*what_each_size_shows(page, name, shoot), *sideways(page)]
        if page.locator("html").get_attribute("lang") == "en":
            found += hard_words(page)
        forget_shifts(page)
        faults.extend(f"{name}: {fault}" for fault in found)

    yield judge
    folder = tmp_path / "served"
    folder.mkdir()
    faults += invalid_html(served, folder)
    if faults:
        pytest.fail("\n  ".join(["The pages have these faults:", *faults]))


def test_signing_in(visitor: Page, look: Look, watch: Watch):
    page = visitor
    page.goto("/")
    look(page, "sign-in")
    w.press(page, "Sign In")
    look(page, "sign-in-empty")
    w.signs_in(page, "nobody.here")
    look(page, "sign-in-wrong")
    for _ in range(20):  # on a slow machine one of them comes after its wait
        w.signs_in(page, "nobody.here")
        if page.get_by_text("Too many tries").count():
            break
    w.sees(page, "Too many tries")
    look(page, "sign-in-too-many")
    page.goto("/home")
    w.sees(page, "Sign in to go on where you were.")
    look(page, "sign-in-next")
    page.goto("/account-closed")
    look(page, "account-closed")


def test_what_cannot_be_shown(visitor: Page, look: Look, watch: Watch):
    page = visitor
    watch.expect("status of 404")
    watch.expect("status of 403")
    page.goto("/no/such/page")
    look(page, "404")
    page.goto("/")
    page.context.clear_cookies()
    page.get_by_label("Username or email").fill("maria")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    w.press(page, "Sign In")
    w.is_at(page, "This page was open too long")
    look(page, "403-csrf")


def test_searching(visitor: Page, look: Look):
    page = visitor
    page.goto("/register/search")
    look(page, "search")
    w.press(page, "Search")
    look(page, "search-empty")
    page.get_by_label("Your first name").fill("María2")
    page.get_by_label("Your last name").fill("F\u202euentes")
    page.get_by_label("Last 4 of your social").fill("12a4")
    page.get_by_label("Date of Birth").fill("31/12/1985")
    w.press(page, "Search")
    look(page, "search-errors")
    w.types_the_facts(page, MARIA)
    w.press(page, "Search")
    look(page, "search-robot-missing")
    w.types_the_facts(page, MARIA)
    w.ticks_the_robot_box(page)
    look(page, "search-robot-done")


def test_what_a_search_finds(visitor: Page, look: Look, new_page: NewPage):
    page = visitor
    w.searches(page, MARIA)
    w.is_at(page, "We did not find your record")
    look(page, "match-none")
    on_file(MARIA, contact_email="maria.on.file@example.org")
    w.searches(page, MARIA)
    w.is_at(page, "We found your record")
    look(page, "match-one")
    w.press(page, "This is not me")
    look(page, "match-not-me")
    w.claims(new_page(), MARIA)
    w.searches(page, MARIA)
    w.is_at(page, "You already have an account")
    look(page, "match-held")
    w.press(page, "Email my username")
    w.is_at(page, "Check your email")
    look(page, "match-held-username-sent")
    on_file(RUTH)
    on_file(RUTH, ssn="901661234")
    w.searches(page, RUTH)
    w.is_at(page, "Our staff will find your record")
    look(page, "match-several")
    page.context.clear_cookies(name="session")
    w.press(page, "Create New Account")
    look(page, "search-expired")


def test_creating_an_account_for_a_record(visitor: Page, look: Look, new_page: NewPage):
    page = visitor
    on_file(MARIA)
    on_file(RUTH)
    w.claims(new_page(), RUTH, username="ruth.okafor")
    w.searches(page, MARIA)
    w.press(page, "This is Me!")
    look(page, "account-claim")
    w.press(page, "Create my account")
    look(page, "account-claim-empty")
    w.types_the_account(page, MARIA, username="ruth.okafor", password="maria1985")
    look(page, "account-claim-typed")
    w.press(page, "Create my account")
    look(page, "account-claim-errors")


def test_creating_a_new_account(visitor: Page, look: Look):
    page = visitor
    w.searches(page, MARIA)
    w.press(page, "Create New Account")
    look(page, "account-new")
    w.types_the_account(page, MARIA, username="m")
    page.get_by_label("Social Security Number", exact=True).fill("900-55-4322")
    page.get_by_label("Date of Birth").fill("02/30/1985")
    w.press(page, "Create my account")
    look(page, "account-new-errors")


def test_the_home_page(visitor: Page, look: Look, new_page: NewPage):
    page = visitor
    on_file(MARIA, contact_email="maria.on.file@example.org")
    w.claims(page, MARIA)
    look(page, "home")
    w.press(page, "Send it again")
    look(page, "home-sent-again")
    w.follow(page, "Use a different address")
    look(page, "change-email")
    w.press(page, "Change and send the link")
    look(page, "change-email-empty")
    page.get_by_label("New email address").fill("maria.fuentes@fayette.kyschools.us")
    w.press(page, "Change and send the link")
    look(page, "home-school-address")
    link = w.link_in(w.mail_to("maria.fuentes@fayette.kyschools.us", "Confirm your email address"))
    page.goto(link)
    w.is_at(page, "Confirm your email address")
    look(page, "confirm-email")
    w.press(page, "Confirm my email address")
    look(page, "home-confirmed")
    other = new_page()
    other.goto(
        w.link_in(w.mail_to("maria.on.file@example.org", "An account was made for your educator record"))
    )
    w.press(other, "This wasn't me")
    page.goto("/home")
    look(page, "home-frozen")
    page.goto("/sign-out")
    look(page, "sign-out")


def test_the_home_page_of_a_new_account(visitor: Page, look: Look):
    page = visitor
    w.registers_as_new(page, MARIA)
    look(page, "home-new")


def test_links_that_confirm_nothing(visitor: Page, look: Look, new_page: NewPage):
    page, ruth = visitor, new_page()
    w.registers_as_new(page, MARIA)
    earlier = w.link_in(w.mail_to(MARIA.email, "Confirm your email address"))
    stranger = new_page()
    stranger.goto(earlier)
    w.is_at(stranger, "Confirm your email address")
    w.press(page, "Send it again")
    assert w.link_in(w.mail_to(MARIA.email, "Confirm your email address")) != earlier
    page.goto(earlier)
    w.press(page, "Confirm my email address")
    w.sees(page, "This link does not work any more")
    look(page, "confirm-email-expired")
    w.registers_as_new(ruth, RUTH, username="ruth.okafor")
    page.goto(w.link_in(w.mail_to(RUTH.email, "Confirm your email address")))
    w.press(page, "Confirm my email address")
    look(page, "confirm-email-not-yours")
    # Two accounts typed one address; the other one confirmed it first.
    page.goto("/confirm-email/change")
    page.get_by_label("New email address").fill(RUTH.email)
    w.press(page, "Change and send the link")
    mine = w.link_in(w.mail_to(RUTH.email, "Confirm your email address"))
    ruth.get_by_role("button", name="Send it again").click()
    ruth.wait_for_load_state()
    ruth.goto(w.link_in(w.mail_to(RUTH.email, "Confirm your email address")))
    w.press(ruth, "Confirm my email address")
    page.goto(mine)
    w.press(page, "Confirm my email address")
    look(page, "confirm-email-taken")
    w.press(page, "Sign out")
    page.goto(mine)
    w.sees(page, "Sign in first")
    look(page, "confirm-email-signed-out")


def test_forgotten_passwords_and_usernames(visitor: Page, look: Look, new_page: NewPage):
    page = visitor
    w.registers_as_new(new_page(), MARIA)
    page.goto("/")
    w.follow(page, "Forgot password")
    look(page, "forgot-password")
    w.press(page, "Send the link")
    look(page, "forgot-password-empty")
    page.get_by_label("Email address").fill(MARIA.email)
    w.press(page, "Send the link")
    look(page, "forgot-password-sent")
    link = w.link_in(w.mail_to(MARIA.email, "Choose a new password"))
    page.goto(link)
    look(page, "choose-password")
    page.get_by_label("New password", exact=True).fill("maria1985")
    page.get_by_label("Confirm the new password").fill("maria1986")
    w.press(page, "Save the new password")
    look(page, "choose-password-errors")
    for label in ("New password", "Confirm the new password"):
        page.get_by_label(label, exact=True).fill("Quiet-Maple9 river")
    w.press(page, "Save the new password")
    look(page, "password-chosen")
    page.goto(link)
    look(page, "choose-password-old-link")
    page.goto("/")
    w.follow(page, "Forgot username")
    look(page, "forgot-username")
    page.get_by_label("Email address").fill("maria@example")
    w.press(page, "Send my username")
    look(page, "forgot-username-errors")
    page.get_by_label("Email address").fill(MARIA.email)
    w.press(page, "Send my username")
    look(page, "forgot-username-sent")


def test_without_a_social_security_number(visitor: Page, look: Look):
    page = visitor
    page.goto("/register/no-ssn")
    look(page, "no-ssn")
    w.press(page, "Ask for help")
    look(page, "no-ssn-errors")
    page.get_by_label("First Name").fill("Ruth")
    page.get_by_label("Last Name").fill("Okafor")
    page.get_by_label("Date of Birth").fill("03/05/1961")
    page.get_by_label("Email address").fill(RUTH.email)
    w.ticks_the_robot_box(page)
    w.press(page, "Ask for help")
    look(page, "no-ssn-sent")


def test_too_many_searches(visitor: Page, look: Look, watch: Watch):
    watch.expect("status of 429")
    visitor.goto("/register/later")
    look(visitor, "later")


def test_showing_that_a_record_is_mine(visitor: Page, look: Look, new_page: NewPage, watch: Watch):
    """Somebody else claimed it before her. Her account contests that, and the code from the address on file decides."""
    page = visitor
    watch.expect("status of 403")
    record = on_file(MARIA, contact_email="maria.on.file@example.org", other_names=[("", "Delgado")])
    squatter = new_page()
    note_shifts(squatter.context)
    w.claims(squatter, replace(MARIA, email="somebody@example.net"), username="somebody.else")
    w.searches(page, MARIA)
    w.press(page, "I did not make that account")
    w.types_the_account(page, MARIA, username="maria.fuentes")
    w.press(page, "Create my account")
    w.is_at(page, "Home Page")
    look(page, "home-contesting")
    page.goto("/record")
    look(page, "not-yet")
    w.follow(page, "Confirm it is you")
    look(page, "prove")
    w.press(page, "Use this code")
    look(page, "prove-empty")
    page.get_by_role("textbox", name="Your code").fill("ABCD-2345")
    w.press(page, "Use this code")
    look(page, "prove-wrong")
    w.press(page, "Send me a code")
    look(page, "prove-sent")
    w.press(page, "Send me a letter")
    page.get_by_role("textbox", name="Your code").fill(code_in(newest("assurance.code")))
    w.press(page, "Use this code")
    w.sees(page, "Now confirm your email address")
    page.goto(w.link_in(w.mail_to(MARIA.email, "Confirm your email address")))
    w.press(page, "Confirm my email address")
    look(page, "home-verified")
    page.goto("/record")
    w.sees(page, "Delgado")
    look(page, "record")
    assert holder(record) == "maria.fuentes"
    squatter.goto("/home")
    look(squatter, "home-superseded")
    squatter.goto("/confirm-it-is-you")
    look(squatter, "prove-ended")


def test_this_was_not_me(visitor: Page, look: Look, new_page: NewPage):
    page = visitor
    on_file(MARIA, contact_email="maria.on.file@example.org")
    w.claims(new_page(), MARIA)
    page.goto("/not-me")
    look(page, "not-me-no-link")
    page.goto(
        w.link_in(w.mail_to("maria.on.file@example.org", "An account was made for your educator record"))
    )
    look(page, "not-me")
    w.press(page, "This wasn't me")
    look(page, "not-me-not-ticked")
    page.locator("label", has_text="It was not me").click()
    w.press(page, "This wasn't me")
    w.sees(page, "Thank you for telling us")
    look(page, "not-me-done")


def test_the_pages_in_spanish(visitor: Page, look: Look, new_page: NewPage):
    page = visitor
    on_file(MARIA)
    w.searches(page, RUTH)
    w.press(page, "Create New Account")
    page.get_by_label("Username").fill("ruth.okafor")
    page.get_by_label("Social Security Number", exact=True).fill(RUTH.ssn)
    page.get_by_label("Create a password", exact=True).fill(PASSWORD)
    w.press(page, "Español")
    expect(page.locator("[name=username]")).to_have_value("ruth.okafor")
    assert page.locator("[name=ssn]").input_value() == ""
    assert page.locator("[name=password1]").input_value() == ""
    assert page.evaluate("sessionStorage.length") == 0
    look(page, "es-account-new")
    page.get_by_role("button", name="English").wait_for()
    page.goto("/register/match")
    look(page, "es-match-none")
    page.goto("/register/search")
    page.locator("form.usa-form button.usa-button").click()
    page.locator("[data-error-summary]").wait_for()
    look(page, "es-search-errors")
    page.goto("/")
    look(page, "es-sign-in")
