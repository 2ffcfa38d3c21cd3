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
    "register/search": "registration: step 1",
    "register/match": "registration: step 2",
    "register/account": "registration: step 3",
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


def open_routes(client: Client, found: list[str]) -> list[str]:
    """The routes that a stranger can use by one method or the other."""
    return [
        route
        for route in found
        if not (is_shut(client.get(address(route))) and is_shut(client.post(address(route))))
    ]


@pytest.mark.django_db
def test_every_address_is_behind_sign_in_or_on_the_list():
    found = list(routes(get_resolver()))
    client = Client(raise_request_exception=False)  # a view that breaks before it asks who is there is open
    assert len(found) > 5
    assert set(open_routes(client, found)) - PUBLIC.keys() == set()


def test_the_list_names_no_address_that_is_gone():
    assert PUBLIC.keys() - set(routes(get_resolver())) == set()


def page(_request, number=0):
    return HttpResponse("open")


urlpatterns = [path("", page), path("register/search", page), path("secret/<int:number>", page)]


@pytest.mark.urls(__name__)
def test_an_open_address_is_seen():
    assert open_routes(Client(), list(routes(get_resolver()))) == [
        "",
        "register/search",
        "secret/<int:number>",
    ]
