"""Law: every address of the portal is behind sign-in, or stands on the list of what strangers may open.

Each address is really asked for by somebody who is not signed in, with GET and with POST.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

# Route and reason. A route that is gone must leave this list.
PUBLIC: dict[str, str] = {
    "": "the Sign In box",
    "account-closed": "tells a person whose account is closed whom to call",
    "confirm-email": "GET shows the button, or the way to sign in; POST needs the account's session",
    "confirm-email/<str:token>": "the link in the mail: takes the token out of the address and leads to the button",
    "corrections/not-me": "corrections: says that the request is stopped",
    "corrections/not-me/<str:token>": "the 'this wasn't me' link in a mail about a request",
    "email-was-not-me": "the way back of an address that lost its place: the account may be in the wrong hands",
    "email-was-not-me/<str:token>": "the link in that mail: takes the token out of the address",
    "recover": "recovery: asks staff; answers alike for everybody",
    "recover/confirm": "recovery: the button behind the link to the new address",
    "recover/confirm/<str:token>": "recovery: the link to the new address",
    "recover/sent": "recovery: says that a mail is on its way",
    "recover/stop": "recovery: the button that stops it, for an owner who may not get in",
    "recover/stop/<str:token>": "recovery: the link in the notice",
    "forgot-password": "recovery: answers alike for every address",
    "forgot-password/<str:uidb36>/<str:key>": "recovery: the link in the mail",
    "forgot-password/chosen": "recovery: says that the new password holds",
    "forgot-password/sent": "recovery: says that a mail is on its way, whether or not there is an account",
    "forgot-username": "recovery: answers alike for every address",
    "forgot-username/sent": "recovery: says that a mail is on its way, whether or not there is an account",
    "accessibility": "the statement; about nobody",
    "help": "what people ask most; about nobody",
    "help/ask": "how to reach a person; shows no words of a stranger's link",
    "healthz": "the process answers; says nothing else",
    "metrics": "is not there for anybody but the configured addresses, or with the token",
    "readyz": "the probe of a proxy: which part of us is not ready, in fixed words",
    "language/setlang/": "English or Spanish, before signing in too",
    "not-me": "this wasn't me: a person with the link from a notice freezes the claim",
    "not-me/letter": "this wasn't me: a person types what stands in a letter that she did not ask for",
    "not-me/<str:token>": "this wasn't me: takes the token out of the address and leads to the button",
    "new-device/not-me": "ends the sessions of an account, for who holds the link in its mail",
    "new-device/not-me/<str:token>": "the link in the mail about a new device",
    "register": "leads to the search",
    "register/account": "registration: the account",
    "register/invited": "registration: the account of somebody whom staff invited, for who opened the link",
    "register/invited/<str:token>": "the link in that mail: takes the token out of the address",
    "register/later": "registration: come back, for whoever was refused for now",
    "register/mailbox": "registration: a mailbox code before the search, when strangers spray",
    "register/match": "registration: what was found",
    "register/match/username": "registration: mails the username to the address on file",
    "register/no-ssn": "registration: the way through staff",
    "register/no-ssn/sent": "registration: says that staff will call",
    "register/search": "registration: who is asking",
    "robot/challenge": "the robot check's puzzle",
    "sign-in/passkey": "the Sign In box: takes what a passkey signed, and answers alike for all that is wrong",
    "sign-in/passkey/options": "the Sign In box: what a passkey shall sign, the same for everybody",
    "sign-in/second-step": "the second step, for whoever gave the right password; leads others to the Sign In box",
    "suggest-password": "makes up a password; keeps nothing, and tells nothing",
    "sign-out": "ends a session, and harms nobody who has none",
}
SAMPLE = {"int": "1", "str": "x", "slug": "x", "uuid": "00000000-0000-0000-0000-000000000000", "path": "x"}


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Every route below a resolver, as written."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


def address(route: str) -> str:
    """An address that the route matches."""
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLE.get(found[1] or "str", "x"), route)


def is_shut(response: Any) -> bool:
    """Whether the answer sends a stranger away: to the sign-in page, or off."""
    if response.status_code in {301, 302, 303}:
        target = response.headers["Location"].partition("?")[0]
        return target == settings.LOGIN_URL and "next=" in response.headers["Location"]
    return response.status_code in {401, 403, 405}


def answers(client: Client, route: str) -> list[Any]:
    """What a stranger gets, by GET and by POST."""
    return [client.get(address(route)), client.post(address(route))]


def open_routes(client: Client, found: list[str]) -> set[str]:
    """The routes that a stranger can use by one method or the other."""
    return {route for route in found if not all(is_shut(answer) for answer in answers(client, route))}


@pytest.fixture
def stranger() -> Client:
    """Nobody who is signed in. A view that breaks before it asks who is there counts as open."""
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_every_address_is_behind_sign_in_or_on_the_list(stranger):
    found = list(routes(get_resolver()))
    assert len(found) > 5
    assert sorted(open_routes(stranger, found) - PUBLIC.keys()) == []


@pytest.mark.django_db
def test_a_stranger_breaks_nothing(stranger):
    found = routes(get_resolver())
    broken = [
        route for route in found if any(answer.status_code >= 500 for answer in answers(stranger, route))
    ]
    assert broken == []


def test_the_list_names_no_address_that_is_gone():
    assert PUBLIC.keys() - set(routes(get_resolver())) == set()


def page(_request, number=0):
    return HttpResponse("open")


urlpatterns = [path("", page), path("register/search", page), path("secret/<int:number>", page)]


@pytest.mark.urls(__name__)
def test_an_open_address_is_seen():
    found = open_routes(Client(), list(routes(get_resolver())))
    assert found == {"", "register/search", "secret/<int:number>"}
