"""Every address behind sign-in, in every state: what the table of permissions says, and no more."""

import pytest
from django.urls import URLResolver, get_resolver

from kecs.accounts.factors.doors import KeepsAccount
from kecs.assurance.gate import DOORS, Allowed
from kecs.assurance.levels import State
from kecs.assurance.models import Evidence
from kecs.assurance.permissions import PERMISSIONS, Function, may, needs_fresh_sign_in
from kecs.records.kinds import AssuranceLevel
from tests.factories.claims import hold_of
from tests.factories.people import MARIA
from tests.factories.visits import claim
from tests.house.test_addresses import PUBLIC, address, routes

pytestmark = pytest.mark.django_db
STAFF = "kecs.console"  # whose gate asks a table of its own: tests/rooms/console/test_roles.py


def views(resolver, prefix=""):
    """Every route with its view class."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry, route)
        else:
            yield route, getattr(entry.callback, "view_class", None)


def function_of(view):
    """What a view is for."""
    if view is not None and issubclass(view, Allowed):
        return view.function
    return DOORS[view.door] if view is not None and issubclass(view, KeepsAccount) else None


BEHIND_SIGN_IN = {route: view for route, view in views(get_resolver()) if route not in PUBLIC}


def put_into(state):
    """The hold of this test's account, as the database keeps it in this state."""
    from django.utils import timezone

    held = hold_of("maria.fuentes")
    now = timezone.now()
    match state:
        case State.UNDER_REVIEW:
            held.level = AssuranceLevel.UNDER_REVIEW
        case State.CONTESTING:
            held.level, held.contests = AssuranceLevel.UNDER_REVIEW, True
        case State.VERIFIED | State.FRESH:
            Evidence.objects.create(holding=held, kind="staff_check", given_by="tests")
            held.level = AssuranceLevel.VERIFIED
        case State.FROZEN:
            held.frozen_at, held.frozen_by = now, "tests"
        case State.RELEASED:
            held.released_at, held.released_by, held.released_because = now, "tests", "staff"
    held.save()


def test_every_page_behind_sign_in_names_its_function():
    assert set(routes(get_resolver())) == {route for route, _view in views(get_resolver())}
    nameless = [
        route
        for route, view in BEHIND_SIGN_IN.items()
        if function_of(view) is None and not (view is not None and view.__module__.startswith(STAFF))
    ]
    assert nameless == []


def test_every_row_of_the_table_is_asked_by_a_page():
    assert {function_of(view) for view in BEHIND_SIGN_IN.values()} - {None} == set(Function)


def pages_of(function):
    """The addresses that name it."""
    return [address(route) for route, view in BEHIND_SIGN_IN.items() if function_of(view) is function]


def answers_of(client, function):
    """What its pages answer, without those that are no pages for this method."""
    for page in pages_of(function):
        for answer in (client.get(page), client.post(page)):
            if answer.status_code != 405:
                yield page, answer


def long_ago(client):
    """She signed in longer ago than ten minutes."""
    session = client.session
    session.pop("fresh", None)
    session.save()


@pytest.mark.parametrize("function", Function)
@pytest.mark.parametrize("state", State)
def test_each_state_opens_what_the_table_says_and_no_more(client, record, state, function):
    claim(client, MARIA)
    put_into(state)
    if state is not State.FRESH:
        long_ago(client)
    seen = 0
    for page, answer in answers_of(client, function):
        seen += 1
        assert (answer.status_code == 403) != may(state, function), (page, answer.status_code)
        led = answer.status_code == 302 and answer.headers["Location"].startswith("/account/again")
        asked = needs_fresh_sign_in(state, function, fresh=state is State.FRESH)
        assert led == asked, (page, answer.status_code)
    assert seen


@pytest.mark.parametrize("function", Function)
def test_a_state_that_is_taken_out_of_the_row_finds_its_pages_shut(client, record, monkeypatch, function):
    """Also the rows that stand open to everybody: nobody would notice otherwise that no page asks them."""
    claim(client, MARIA)
    put_into(State.FRESH)
    without = {**PERMISSIONS, function: PERMISSIONS[function] - {State.FRESH}}
    monkeypatch.setattr("kecs.assurance.permissions.PERMISSIONS", without)
    answers = list(answers_of(client, function))
    assert answers
    assert {page: answer.status_code for page, answer in answers if answer.status_code != 403} == {}


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client, record):
    for route in ("/record", "/confirm-it-is-you", "/home"):
        assert client.get(route).headers["Location"] == f"/?next={route}"


@pytest.mark.parametrize("page", ["/corrections", "/account/password"])
def test_a_risky_act_asks_for_a_new_sign_in_and_leads_back(client, record, page):
    claim(client, MARIA)
    put_into(State.VERIFIED)
    assert client.get(page).status_code == 200
    long_ago(client)
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/account/again?next={page.replace('/', '%2F')}"


def test_no_address_names_a_record_or_an_account(db):
    """Each account has one record, its own."""
    assert not any(
        "<" in route for route in BEHIND_SIGN_IN if route.startswith(("record", "confirm-it", "home"))
    )
