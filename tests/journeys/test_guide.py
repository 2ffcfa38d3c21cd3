"""The state's registration guide, line by line, both ways, from the front page to a confirmed email address.

docs/guides/registration.md names these tests beside the lines; its pictures are taken here (make pictures).
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.factories.people import MARIA, PASSWORD, on_file
from tests.journeys import walking as w
from tests.journeys.conftest import DESKTOP, PHONE, NewPage, Watch
from tests.journeys.looking import note_shifts, shifts

Shoot = Callable[[Page, str], Path]
Picture = Callable[[Page, str], None]


@pytest.fixture(params=["phone", "desk"])
def educator(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    """María, with her phone and at her desk."""
    if request.param == "desk":
        page = new_page(width=DESKTOP[0], height=DESKTOP[1])
    else:
        page = new_page(width=PHONE[0], height=PHONE[1], has_touch=True, is_mobile=True)
    note_shifts(page.context)
    return page


def finds_her_record(page: Page, picture: Picture) -> None:
    """From the front page to the answer: the lines that both roads share."""
    # Click Register which is found under the Sign In box on the home page.
    page.goto("/")
    box, register = page.get_by_role("region", name="Sign In"), page.get_by_role("link", name="Register")
    under, above = register.bounding_box(), box.bounding_box()
    assert under is not None
    assert above is not None
    assert under["y"] >= above["y"] + above["height"]
    picture(page, "guide-register")
    w.follow(page, "Register")
    # Your first Name, your last Name, last 4 of your social, date of birth in the format mm/dd/yyyy.
    w.sees(page, "mm/dd/yyyy")
    page.get_by_label("Your first name").fill("María")
    page.get_by_label("Your last name").fill("Fuentes-Ortega")
    page.get_by_label("Last 4 of your social").fill("4321")
    page.get_by_label("Date of Birth").fill("04/09/1985")
    # Click the check box for I'm not a robot.
    w.ticks_the_robot_box(page)
    picture(page, "guide-search")
    # Click Search.
    w.press(page, "Search")


def enters_her_account(page: Page) -> None:
    """Username, email address, a password by the rule, and the password again."""
    page.get_by_label("Username").fill("maria.fuentes")
    w.sees(page, "We recommend you use a personal email for your account, as school emails can often change.")
    page.get_by_label("Email address").fill("maria@example.org")
    rules = page.locator("#password_rules")
    expect(rules).to_have_text(
        re.compile(
            r"Passwords must have:\s+at least 8 characters\s+at least one uppercase letter\s+"
            r"at least one lowercase letter\s+at least one number\s+"
            r"at least one special character \(!, @, #, \$, etc\)"
        )
    )
    page.get_by_label("Create a password", exact=True).fill(PASSWORD)
    expect(rules.locator("li[data-met]")).to_have_count(5)
    page.get_by_label("Confirm the password", exact=True).fill(PASSWORD)


def confirms_her_email(page: Page) -> None:
    """The mail comes from the no-reply address; its link shows a button, and pressing that confirms."""
    w.sees(page, "We sent an email to maria@example.org from no-reply@kecs.example.org")
    mail = w.mail_to("maria@example.org", "Confirm your email address")
    page.goto(w.link_in(mail))
    w.is_at(page, "Confirm your email address")


def has_confirmed(page: Page) -> bool:
    """What the Home Page says of the address."""
    page.goto("/home")
    return "(confirmed)" in page.locator("main").inner_text()


@pytest.fixture
def picture(shoot: Shoot) -> Picture:
    """picture(page, "guide-search"): for the document; nothing moved while the page came up."""

    def take(page: Page, name: str) -> None:
        assert shifts(page) == []
        shoot(page, name)

    return take


@pytest.mark.django_db(transaction=True)
def test_an_existing_record_is_claimed(educator: Page, picture: Picture):
    """If an existing account already exists, click This is Me!"""
    page = educator
    on_file(MARIA)
    finds_her_record(page, picture)
    w.is_at(page, "We found your record")
    picture(page, "guide-this-is-me")
    w.press(page, "This is Me!")
    enters_her_account(page)
    # NOTE: If an account already exists, you will not be able to change your name, date of birth or social.
    w.sees(
        page,
        "NOTE: If an account already exists, you will not be able to change your name, date of birth or social.",
    )
    for locked in ("First Name", "Last Name", "Date of Birth", "Social Security Number"):
        assert page.get_by_label(locked).count() == 0
    assert page.locator("dd").all_inner_texts() == ["María", "Fuentes-Ortega", "04/09/1985", "***-**-4321"]
    picture(page, "guide-account-claim")
    w.press(page, "Create my account")
    # Once the Registration process is complete, you will be taken to your Home Page.
    w.is_at(page, "Home Page")
    w.sees(page, "Hello, María. You are registered.")
    picture(page, "guide-home")
    confirms_her_email(page)
    picture(page, "guide-confirm-email")
    assert not has_confirmed(page)
    page.goto("/confirm-email")
    w.press(page, "Confirm my email address")
    w.is_at(page, "Home Page")
    w.sees(page, "Your email address is confirmed")
    picture(page, "guide-home-confirmed")
    assert has_confirmed(page)


@pytest.mark.django_db(transaction=True)
def test_a_new_account_is_created(educator: Page, picture: Picture):
    """If an Existing account is not found, click on Create New Account."""
    page = educator
    finds_her_record(page, picture)
    w.is_at(page, "We did not find your record")
    picture(page, "guide-create-new-account")
    w.press(page, "Create New Account")
    enters_her_account(page)
    # First Name, Last Name, Date of Birth are carried over; the Social Security Number is asked for.
    expect(page.get_by_label("First Name")).to_have_value("María")
    expect(page.get_by_label("Last Name")).to_have_value("Fuentes-Ortega")
    expect(page.get_by_label("Date of Birth")).to_have_value("04/09/1985")
    page.get_by_label("Social Security Number", exact=True).fill("900-55-4321")
    w.sees(page, "Later you will not be able to change your name, date of birth or social yourself.")
    picture(page, "guide-account-new")
    w.press(page, "Create my account")
    w.is_at(page, "Home Page")
    confirms_her_email(page)
    w.press(page, "Confirm my email address")
    w.is_at(page, "Home Page")
    assert has_confirmed(page)


@pytest.mark.django_db(transaction=True)
def test_it_works_without_any_script(noscript_page: Page, watch: Watch):
    """The whole road in a browser that runs no script; the form is believed once it is five seconds old."""
    page = noscript_page
    on_file(MARIA)
    page.goto("/")
    w.follow(page, "Register")
    w.types_the_facts(page, MARIA)
    page.get_by_label("I'm not a robot").check(force=True)
    w.press(page, "Search")
    w.sees(page, "Please wait a few seconds, then press the button again.")
    page.wait_for_timeout(5_000)
    page.get_by_label("Last 4 of your social").fill(MARIA.last4)
    page.get_by_label("I'm not a robot").check(force=True)
    page.wait_for_timeout(5_000)
    w.press(page, "Search")
    w.is_at(page, "We found your record")
    w.press(page, "This is Me!")
    w.types_the_account(page, MARIA, username="maria.fuentes")
    w.press(page, "Create my account")
    w.is_at(page, "Home Page")
    page.goto(w.link_in(w.mail_to(MARIA.email, "Confirm your email address")))
    w.press(page, "Confirm my email address")
    assert has_confirmed(page)
