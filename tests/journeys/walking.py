"""Walking the portal in a browser, in the words of the guide: what a person types, ticks and presses."""

import email
import email.policy
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.factories.people import PASSWORD, Person


def heading(page: Page) -> str:
    """The page's h1."""
    return page.locator("h1").inner_text()


def sees(page: Page, text: str) -> None:
    """Waits for words on the page."""
    expect(page.locator("body")).to_contain_text(text)


def is_at(page: Page, title: str) -> None:
    """Waits for the page with this heading."""
    expect(page.locator("h1")).to_have_text(title)


def button(page: Page, name: str) -> Locator:
    """The button with this name."""
    return page.get_by_role("button", name=name, exact=True)


def press(page: Page, name: str) -> None:
    """Presses the button with this name, and waits for what it leads to."""
    with page.expect_navigation():
        button(page, name).click()


def follow(page: Page, name: str) -> None:
    """Clicks on the link with this name, and waits for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).first.click()


# --- The front door ----------------------------------------------------------------------------------------------


def types_the_facts(page: Page, person: Person) -> None:
    """First name, last name, last 4 and date of birth, as the guide asks for them."""
    page.get_by_label("Your first name").fill(person.first_name)
    page.get_by_label("Your last name").fill(person.last_surname)
    page.get_by_label("Last 4 of your social").fill(person.last4)
    page.get_by_label("Date of Birth").fill(person.birth_date.strftime("%m/%d/%Y"))


def ticks_the_robot_box(page: Page) -> None:
    """I'm not a robot, and the work behind it done."""
    page.locator("label[for=id_robot]").click()
    expect(page.locator("[data-robot-status]")).to_have_text("Check done.")


def searches(page: Page, person: Person) -> None:
    """The whole search page, from its address on."""
    page.goto("/register/search")
    types_the_facts(page, person)
    ticks_the_robot_box(page)
    press(page, "Search")


def types_the_account(page: Page, person: Person, *, username: str, password: str = PASSWORD) -> None:
    """Username, email address, the password twice."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Email address").fill(person.email)
    page.get_by_label("Create a password", exact=True).fill(password)
    page.get_by_label("Confirm the password", exact=True).fill(password)


def claims(page: Page, person: Person, *, username: str = "maria.fuentes") -> None:
    """The road of a person who is on file, to the Home Page."""
    searches(page, person)
    press(page, "This is Me!")
    types_the_account(page, person, username=username)
    press(page, "Create my account")
    is_at(page, "Home Page")


def registers_as_new(page: Page, person: Person, *, username: str = "maria.fuentes") -> None:
    """The road of a person who is not on file, to the Home Page."""
    searches(page, person)
    press(page, "Create New Account")
    types_the_account(page, person, username=username)
    page.get_by_label("Social Security Number", exact=True).fill(person.ssn)
    press(page, "Create my account")
    is_at(page, "Home Page")


def signs_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """The Sign In box of the page that is shown."""
    page.get_by_label("Username or email").fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Sign In")


# --- Mail --------------------------------------------------------------------------------------------------------


def mail_to(address: str, subject: str) -> str:
    """The text of the newest mail whose subject begins so, after the sender command emptied the outbox into .eml files."""
    from django.conf import settings

    from kecs.mail.actions import send_due, write_due

    write_due(by="test")
    send_due(by="test")
    for path in sorted(Path(settings.KECS_MAIL_DIR).glob("*.eml"), reverse=True):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if mail["To"] == address and mail["Subject"].strip().startswith(subject):
            body = mail.get_body(("plain",))
            assert body is not None
            return str(body.get_content())
    raise AssertionError(f"No mail to {address} with the subject {subject!r}.")


def link_in(text: str) -> str:
    """The path of the first link with a token in a mail; the host is the installation's own, not the test's."""
    from django.conf import settings

    found = re.search(re.escape(settings.KECS_ORIGIN) + r"(/\S{20,})", text)
    assert found, text
    return found.group(1)
