"""Every address behind sign-in, in every state: what the table of permissions says, and no more."""

import pytest
from django.urls import URLResolver, get_resolver

from kecs.accounts.models import User
from kecs.assurance.gate import Allowed
from kecs.assurance.levels import State
from kecs.assurance.models import Evidence
from kecs.assurance.permissions import Function, may, needs_fresh_sign_in
from kecs.records.kinds import AssuranceLevel
from tests.factories.claims import hold_of
from tests.factories.people import MARIA
from tests.factories.visits import claim
from tests.house.test_addresses import PUBLIC, address, routes

pytestmark = pytest.mark.django_db
# Rooms below this one cannot name a function: their pages are about the account itself. Staff have a gate of their own.
OTHER_GATES = {"kecs.accounts": Function.KEEP_ACCOUNT, "kecs.console": None}


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
    room = ".".join(view.__module__.split(".")[:2]) if view is not None else ""
    return OTHER_GATES.get(room)


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
    rooms = [room for room in OTHER_GATES if OTHER_GATES[room] is None]
    nameless = [
        route
        for route, view in BEHIND_SIGN_IN.items()
        if function_of(view) is None
        and not (view is not None and any(view.__module__.startswith(room) for room in rooms))
    ]
    assert nameless == []


@pytest.mark.parametrize("state", State)
def test_each_state_opens_what_the_table_says_and_no_more(client, record, state):
    claim(client, MARIA)
    put_into(state)
    if state is not State.FRESH:
        session = client.session
        session.pop("fresh", None)
        session.save()
    seen = 0
    for route, view in BEHIND_SIGN_IN.items():
        if view is None or not issubclass(view, Allowed):
            continue
        for answer in (client.get(address(route)), client.post(address(route))):
            if answer.status_code == 405:
                continue
            seen += 1
            shut = answer.status_code == 403 or (
                needs_fresh_sign_in(state, view.function)
                and answer.headers["Location"].startswith("/account/again")
            )
            assert shut != may(state, view.function), (route, state, answer.status_code)
    assert seen >= 4


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client, record):
    for route in ("/record", "/confirm-it-is-you", "/home"):
        assert client.get(route).headers["Location"] == f"/?next={route}"


def test_a_function_for_the_fresh_asks_for_a_new_sign_in(client, record, rf):
    from django.http import HttpResponse
    from django.views import View

    class Risky(Allowed, View):
        function = Function.DO_RISKY_ACTS

        def get(self, _request):
            return HttpResponse("done")

    claim(client, MARIA)
    put_into(State.VERIFIED)
    request = rf.get("/risky")
    request.user, request.session = User.objects.get(), client.session
    assert Risky.as_view()(request).status_code == 200
    request.session["fresh"] = {"account": str(request.user.pk), "at": 0}
    answer = Risky.as_view()(request)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/again?next=%2Frisky"


def test_no_address_names_a_record_or_an_account(db):
    """Each account has one record, its own."""
    assert not any(
        "<" in route for route in BEHIND_SIGN_IN if route.startswith(("record", "confirm-it", "home"))
    )
