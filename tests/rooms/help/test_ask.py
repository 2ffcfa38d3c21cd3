"""Whoever asks a person takes the page along, and a number that is in the log; nothing about the person, and no words of a stranger."""

import json
from urllib.parse import unquote

import pytest
from django.test import Client

from kecs.ui.asking import DIGITS
from tests.inspection import InspectingClient

pytestmark = [
    pytest.mark.any_database("a page about nobody"),
    pytest.mark.django_db,
]


@pytest.fixture(autouse=True)
def _agency(settings):
    settings.KECS_HELP_EMAIL = "help@kecs.example.org"
    settings.KECS_HELP_PHONE = "(502) 555-0142"


def lines(written):
    """Of the log."""
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_page_leads_to_a_person_through_the_help_pages_and_the_mail_says_where_one_was(written):
    browser = InspectingClient()
    search = browser.get("/register/search").content.decode()
    assert 'href="/help?page=/register/search#new-name"' in search
    assert 'href="/help/ask?page=/register/search"' in search
    assert (
        'href="/help/ask?page=/register/search"'
        in browser.get("/help?page=/register/search").content.decode()
    ), "the help page keeps it"
    answer = browser.get("/help/ask?page=/register/search")
    page = answer.content.decode()
    number = answer.headers["X-Request-ID"][:DIGITS]
    assert f"<strong>{number}</strong>" in page
    assert "Find your record" in page
    assert 'class="usa-button" href="/register/search"' in page
    assert f"subject=Help with /register/search, number {number}&amp;body=Page: Find" in unquote(page)
    [asked] = [line for line in lines(written) if line["event"] == "a person is asked"]
    assert (asked["route"], asked["code"]) == ("/register/search", number)
    assert asked["request_id"].startswith(number)


def test_a_page_that_breaks_names_the_number_of_its_own_request(written, monkeypatch):
    def bug(**_facts):
        raise ValueError("a bug")

    monkeypatch.setattr("kecs.accounts.views.SignInView.get", bug)
    answer = Client(raise_request_exception=False).get("/")
    number = answer.headers["X-Request-ID"][:DIGITS]
    page = answer.content.decode()
    assert answer.status_code == 500
    assert f"<strong>{number}</strong>" in page
    assert f'href="/help/ask?page=/&amp;reference={number}"' in page
    assert f"Help with /, number {number}" in unquote(page)
    [failed] = [line for line in lines(written) if line["event"] == "request failed"]
    assert failed["request_id"].startswith(number)
    asked = InspectingClient().get("/help/ask", {"page": "/", "reference": number})
    assert f"<strong>{number}</strong>" in asked.content.decode(), "and not the number of asking"


@pytest.mark.parametrize(
    ("page", "reference"),
    [
        ("/register/search Call 555-0100 now", "7f3a91bc"),
        ("https://evil.example.net/", "7F3A91BC"),
        ("//evil.example.net", "Call 555"),
        ("/desk/people/00000000-0000-0000-0000-000000000000", "7f3a91bc9"),
    ],
)
def test_a_link_puts_no_words_into_our_mouth(page, reference):
    answer = InspectingClient().get("/help/ask", {"page": page, "reference": reference})
    said = answer.content.decode().partition("<main")[
        2
    ]  # the form of the language leads back to this address
    assert "evil" not in said
    assert "Call 555" not in said
    assert page not in said
    if reference != "7f3a91bc":
        assert answer.headers["X-Request-ID"][:DIGITS] in said


def test_an_address_with_a_token_or_an_id_is_told_without_it():
    page = InspectingClient().get("/desk/people/00000000-0000-0000-0000-000000000000").content.decode()
    assert "asked" not in page
    answer = Client().get("/confirm-email/SecretTokenInTheMail", follow=True)
    said = answer.content.decode()
    assert "SecretToken" not in said
    asked = InspectingClient().get("/help/ask", {"page": "/desk/people/..."}).content.decode()
    assert "/desk/people/..." in asked
    assert "Go back to the page" not in asked
