"""The switch in the head of every page: it keeps the page, and the account keeps the language."""

import re
from typing import Any
from urllib.parse import unquote

import pytest

from kecs.accounts.models import User
from tests.factories.people import MARIA, PASSWORD, on_file
from tests.factories.visits import errors, heading, register_and_look, register_new, send_account, this_is_me
from tests.inspection import InspectingClient
from tests.spanish import SpanishClient, Words, english_in, mails

pytestmark = pytest.mark.django_db


def switch(client: InspectingClient, page: Any) -> Any:
    """Press the switch on this page, as a browser without script does."""
    form = re.search(r'<form class="kecs-language".*?</form>', page.content.decode(), re.DOTALL)
    assert form, "the page has no switch"
    [address] = re.findall(r'name="next" value="([^"]*)"', form.group(0))
    [language] = re.findall(r'name="language" value="([^"]*)"', form.group(0))
    return client.post(
        "/language/setlang/", {"next": address.replace("&amp;", "&"), "language": language}, follow=True
    )


@pytest.mark.parametrize("address", ["/", "/?next=/home", "/register/search", "/forgot-password", "/nowhere"])
def test_the_switch_keeps_the_page(address):
    visitor = InspectingClient()
    page = visitor.get(address)
    assert 'lang="es">Español</button>' in page.content.decode()
    spanish = switch(visitor, page)
    assert Words(spanish.content.decode()).language == "es"
    assert 'lang="en">English</button>' in spanish.content.decode()
    english = switch(visitor, spanish)
    assert Words(english.content.decode()).language == "en"
    for answer in (spanish, english):
        assert (
            unquote(answer.request["PATH_INFO"] + "?" + answer.request["QUERY_STRING"]).rstrip("?") == address
        )


def test_the_switch_keeps_the_place_in_the_flow():
    visitor = InspectingClient()
    on_file(MARIA)
    page = switch(visitor, this_is_me(visitor, MARIA))
    assert (page.request["PATH_INFO"], heading(page)) == ("/register/account", "Cree su cuenta")
    refused = send_account(visitor, page, {})
    assert errors(refused)
    assert heading(switch(visitor, refused)) == "Create your account"


def test_english_is_what_nobody_switched():
    visitor = InspectingClient()
    assert Words(visitor.get("/").content.decode()).language == "en"
    assert "language" not in visitor.cookies


@pytest.mark.parametrize(
    ("language", "address"), [("xx", "/"), ("fr", "/"), ("", "/"), ("es", "https://elsewhere.example.org/")]
)
def test_no_other_language_and_no_other_site(language, address):
    visitor = InspectingClient()
    answer = visitor.post("/language/setlang/", {"language": language, "next": address})
    assert answer.headers["Location"] == "/"
    assert Words(visitor.get("/").content.decode()).language == ("es" if language == "es" else "en")


def test_a_get_changes_nothing():
    visitor = InspectingClient()
    assert visitor.get("/language/setlang/?language=es&next=/register/search").status_code == 302
    assert Words(visitor.get("/").content.decode()).language == "en"


def test_whoever_is_signed_in_changes_her_mails_too():
    visitor = InspectingClient()
    switch(visitor, register_and_look(visitor, MARIA))
    assert User.objects.get().language == "es"
    visitor.post("/confirm-email/resend")
    assert english_in(mails()["accounts.confirm_email"].splitlines()) == []


def test_signing_in_brings_the_language_of_the_account():
    register_new(SpanishClient(), MARIA)
    other_device = InspectingClient()
    page = other_device.post("/", {"login": "maria.fuentes", "password": PASSWORD}, follow=True)
    assert heading(page) == "Página de inicio"


def test_a_language_chosen_before_signing_in_is_kept_by_the_account():
    register_new(InspectingClient(), MARIA)
    visitor = InspectingClient()
    switch(visitor, visitor.get("/"))
    page = visitor.post("/", {"login": "maria.fuentes", "password": PASSWORD}, follow=True)
    assert heading(page) == "Página de inicio"
    assert User.objects.get().language == "es"
