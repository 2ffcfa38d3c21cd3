"""What a phone and a password manager need to know of a field: what goes in it, which keyboard fits, and that pasting works."""

import re

import pytest

from tests.factories.factors import account, types_password, with_app
from tests.factories.people import MARIA
from tests.factories.visits import create_new, register_and_look
from tests.inspection import InspectingClient

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("attributes of fields, which no database changes"),
]


def fields(page):
    """The attributes of each field of the page, by its name."""
    found = {}
    for tag in re.findall(r"<(?:input|textarea|select)\b[^>]*>", page.content.decode()):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") != "hidden":
            found[attributes["name"]] = attributes
    return found


def test_what_goes_in_is_said_and_the_keyboard_fits(client):
    search = fields(client.get("/register/search"))
    said = {name: search[name].get("autocomplete") for name in ("first_name", "last_surname", "birth_date")}
    assert said == {"first_name": "given-name", "last_surname": "family-name", "birth_date": "bday"}
    assert search["last4"]["inputmode"] == "numeric"
    new = fields(create_new(client, MARIA))
    assert new["username"]["autocomplete"] == "username"
    assert new["username"]["autocapitalize"] == "none"
    assert (new["email"]["type"], new["email"]["autocomplete"]) == ("email", "email")
    assert {new[name]["autocomplete"] for name in ("password1", "password2")} == {"new-password"}
    assert (new["ssn"]["inputmode"], new["ssn"]["autocomplete"]) == ("numeric", "off")


def test_one_time_codes_are_filled_in_by_phones():
    with_app(account())
    code = fields(types_password(InspectingClient()))["code"]
    assert code["autocomplete"] == "one-time-code"


def test_the_home_page_says_where_the_mail_went_and_what_else_to_do(client):
    home = register_and_look(client, MARIA).content.decode()
    for words in (
        MARIA.email,
        "no-reply@",
        "spam folder",
        "Send it again",
        "Use a different address",
        "/help?page=/home#no-email",
    ):
        assert words in home
