"""The doors that other rooms put before their pages: staff with a second factor, risky acts after a fresh sign-in."""

from datetime import timedelta

import pytest
from django import forms
from django.http import HttpResponse
from django.urls import include, path
from django.views import View
from django.views.generic import FormView

from kecs.accounts.factors.actions import make_recovery_codes
from kecs.accounts.factors.gate import FreshSignInRequired, StaffRequired
from kecs.accounts.factors.queries import has_second_factor
from kecs.accounts.staff.actions import take_role
from kecs.accounts.staff.roles import StaffRole
from kecs.audit.clock import portal_clock
from kecs.config.urls import urlpatterns as portal
from tests.factories import factors as f
from tests.factories.people import PASSWORD
from tests.factories.visits import errors, heading
from tests.inspection import InspectingClient

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class StaffPage(StaffRequired):
    def get(self, request):
        return HttpResponse("the desk", content_type="text/plain")


class RiskyForm(forms.Form):
    reason = forms.CharField()
    password_hint = forms.CharField(required=False)


class RiskyPage(FreshSignInRequired, FormView):
    form_class = RiskyForm

    def form_valid(self, form):
        return HttpResponse("done", content_type="text/plain")

    def render_to_response(self, context, **_more):
        form = context["form"]
        return HttpResponse(
            f"{form['reason'].value()}|{form['password_hint'].value()}", content_type="text/plain"
        )


class RiskyButton(FreshSignInRequired, View):
    comes_back_to = "/home"

    def post(self, request):
        return HttpResponse("pressed", content_type="text/plain")


urlpatterns = [
    *portal,
    path("back-room", StaffPage.as_view()),
    path("risky", RiskyPage.as_view()),
    path("button", RiskyButton.as_view()),
    path("unused", include([])),
]


# --- Staff -------------------------------------------------------------------------------------------------------


def test_a_stranger_signs_in_first(client):
    answer = client.get("/back-room")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/?next=/back-room"


def test_to_an_educator_there_is_no_such_page(client):
    f.account(client)
    assert client.get("/back-room").status_code == 404


def test_staff_without_a_second_factor_are_led_to_set_one_up_and_get_nothing_else(client):
    f.as_staff(f.account(client))
    page = client.get("/back-room", follow=True)
    assert page.request["PATH_INFO"] == "/account/second-step"
    assert "Staff pages open after you set up a second step." in page.content.decode()
    assert client.get("/home").status_code == 200  # she may be an educator too


def test_staff_who_set_one_up_in_this_session_come_in(client):
    f.as_staff(f.account(client))
    client.get("/account/second-step/app")
    secret = client.session["authenticator_secret"]
    client.post("/account/second-step/app", {"code": f.code(secret)})
    assert client.get("/back-room").content == b"the desk"


def test_staff_who_signed_in_with_both_steps_come_in(client):
    owner = f.account()
    f.as_staff(owner)
    f.with_app(owner)
    f.signs_in_with_app(client)
    assert client.get("/back-room").content == b"the desk"


def test_a_session_from_before_the_second_factor_must_show_it(client):
    owner = f.account(client)
    f.as_staff(owner)
    f.with_app(owner)  # set up on another device
    page = client.get("/back-room", follow=True)
    assert heading(page) == "Show that it is you"
    assert "The next page is for staff." in page.content.decode()
    address = "/account/again?next=/back-room&second=1"
    client.post(address, {"password": PASSWORD})
    assert client.get("/back-room").status_code == 302, "the password is no second factor"
    assert client.post(address, {"code": f.code()}, follow=True).content == b"the desk"


def test_who_holds_no_role_any_more_finds_the_door_shut_at_once(client):
    owner = f.account()
    f.as_staff(owner, StaffRole.HELP_DESK)
    f.with_app(owner)
    f.signs_in_with_app(client)
    take_role(account_id=owner.pk, role=StaffRole.HELP_DESK, by="tests")
    assert client.get("/back-room").status_code == 404


def test_recovery_codes_alone_are_no_second_factor(client):
    owner = f.account(client)
    make_recovery_codes(account_id=owner.pk, by="tests")
    assert not has_second_factor(owner.pk)


# --- Risky acts --------------------------------------------------------------------------------------------------


def test_just_signed_in_nothing_is_asked(client):
    f.account(client)
    assert client.get("/risky").status_code == 200
    assert client.post("/button").content == b"pressed"


@pytest.mark.parametrize(("behind", "asked"), [(3, False), (60, True)])
def test_a_web_server_whose_reckoning_is_a_moment_behind_asks_nothing(client, monkeypatch, behind, asked):
    f.account(client)
    late = portal_clock() - timedelta(seconds=behind)
    monkeypatch.setattr("kecs.accounts.queries.portal_clock", lambda: late)
    assert (client.get("/risky").status_code == 302) is asked


def test_after_ten_minutes_she_is_asked_before_the_form_and_led_back(client):
    f.account(client)
    f.grows_stale(client)
    page = client.get("/risky?what=this", follow=True)
    assert heading(page) == "Show that it is you"
    wrong = client.post("/account/again?next=/risky%3Fwhat%3Dthis", {"password": "Wrong-password1"})
    assert "This is not the password of your account." in errors(wrong)[0]
    page = client.post("/account/again?next=/risky%3Fwhat%3Dthis", {"password": PASSWORD}, follow=True)
    assert page.request["PATH_INFO"] == "/risky"
    assert page.request["QUERY_STRING"] == "what=this"


def test_a_form_that_comes_too_late_comes_back_with_what_was_typed_but_no_secret(client):
    f.account(client)
    f.grows_stale(client)
    client.post("/risky", {"reason": "I married", "password_hint": "the dog"})
    page = client.post("/account/again?next=/risky", {"password": PASSWORD}, follow=True)
    assert page.content == b"I married|None"
    assert client.get("/risky").content == b"None|None", "handed out once"


def test_a_button_that_comes_too_late_leads_back_to_its_page(client):
    f.account(client)
    f.grows_stale(client)
    answer = client.post("/button")
    assert answer.headers["Location"] == "/account/again?next=%2Fhome"


def test_a_stranger_who_posts_is_sent_to_sign_in(client):
    assert client.post("/risky", {"reason": "x"}).headers["Location"] == "/?next=/risky"
    assert "typed" not in client.session


def test_wrong_passwords_are_counted_as_in_the_sign_in_box(client):
    f.account(client)
    for _guess in range(10):
        client.post("/account/again", {"password": "Wrong-password1"})
    late = client.post("/account/again", {"password": PASSWORD})
    assert errors(late), "the right password comes too late"
    assert "Too many tries" in errors(f.types_password(InspectingClient()))[0]


@pytest.mark.parametrize("target", ["https://example.net/", "//example.net", "javascript:alert(1)"])
def test_one_is_never_led_to_another_site(client, target):
    f.account(client)
    page = client.post(f"/account/again?next={target}", {"password": PASSWORD}, follow=True)
    assert page.request["PATH_INFO"] == "/account"


def test_freshness_belongs_to_the_account_of_the_session(client):
    owner = f.account(client)
    session = client.session
    session["fresh"] = {**session["fresh"], "account": "00000000-0000-0000-0000-000000000000"}
    session.save()
    assert client.get("/risky").status_code == 302
    assert owner.is_active
