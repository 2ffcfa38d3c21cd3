"""Scenes of the front door: the first page, the search, what it finds, the account, the Home Page, what cannot be shown."""

import re
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from kecs.accounts.hashing import TooManyHashes
from kecs.accounts.models import User
from kecs.accounts.turns import turn_in
from kecs.assurance.actions import order_letter, print_letter
from kecs.assurance.queries import letters_to_post
from kecs.config.errors import server_error
from kecs.config.urls import urlpatterns as portal
from kecs.guard.actions import count
from kecs.guard.crowds import OF_NETWORKS
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.guard.strict.actions import begin
from kecs.records.models import Holding
from kecs.registration.mailbox.actions import may_search
from kecs.registration.mailbox.waiting import CODE_KEY
from tests.factories.claims import (
    ON_FILE,
    ask_for_code,
    code_in,
    confirm_address,
    contest,
    enter,
    link_in,
    newest,
    not_me_code_in,
    sign_in,
)
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, create_new, press, register_new, search, send_account, this_is_me
from tests.pages.visit import Visit, scene

RUTH = Person(
    first_name="Ruth",
    last_surname="Okafor",
    birth_date=date(1961, 3, 5),
    ssn="900661234",
    email="ruth@example.net",
)
LOST = {
    "name": "María Fuentes",
    "login": "maria.fuentes",
    "email": "maria.new@example.org",
    "message": "(900) 555-0100",
}


@scene
def signing_in(visit: Visit) -> None:
    register_new(visit.browser(), MARIA)
    client = visit.client
    visit.show("first", client.get("/"))
    visit.show("empty", client.post("/", {}))
    visit.show("wrong", client.post("/", {"login": "maria.fuentes", "password": "wrong"}))
    visit.show("sent here to sign in", client.get("/home", follow=True))
    for _try in range(12):
        page = client.post("/", {"login": "maria.fuentes", "password": "wrong"})
    visit.show("too many tries", page)
    visit.show("closed", client.get("/account-closed"))
    client.force_login(User.objects.get())
    visit.show("asked", client.get("/sign-out"))


@scene
def searching(visit: Visit) -> None:
    client = visit.client
    with override_settings(KECS_ROBOT="altcha"):
        visit.show("first", client.get("/register/search"))
        visit.show("empty", client.post("/register/search", {}))
        visit.show("robot box not ticked", client.post("/register/search", MARIA.search(robot="")))
    wrong = {
        "first_name": "María2",
        "last_surname": "F\u202euentes",
        "last4": "12a4",
        "birth_date": "31/12/1985",
    }
    visit.show("errors", client.post("/register/search", {**wrong, "robot": "on"}))
    visit.show("step not reached", client.post("/register/match", {"choice": "this_is_me"}, follow=True))
    visit.show("limited", client.get("/register/later"))
    with override_settings(
        KECS_ROBOT="turnstile", KECS_ROBOT_SITE_KEY="site-key", KECS_ROBOT_SECRET="secret"
    ):
        visit.show("robot check of a third party", client.get("/register/search"))
    visit.show("no robot check", client.get("/register/search"))


@scene
def what_a_search_finds(visit: Visit) -> None:
    visit.show("nothing", search(visit.client, MARIA))
    on_file(MARIA, contact_email=ON_FILE)
    found = visit.show("one", search(visit.client, MARIA))
    visit.show("not me", press(visit.client, found, "not_me"))
    on_file(RUTH)
    old = search(visit.client, RUTH)
    search(visit.client, MARIA)
    visit.show("form of another tab", press(visit.client, old, "this_is_me"))
    claim(visit.browser(), MARIA)
    visit.show("already has an account", search(visit.client, MARIA))
    visit.show("asked for", visit.client.post("/register/match/username", follow=True))
    on_file(RUTH, ssn="901661234")
    visit.show("several", search(visit.client, RUTH))


@scene
def a_mailbox_before_the_search(visit: Visit) -> None:
    begin(by="system:tests")
    on_file(MARIA)
    visit.show("asks for an address", search(visit.client, MARIA))
    visit.show("address missing", visit.client.post("/register/mailbox", {"email": ""}))
    visit.show(
        "asks for the code", visit.client.post("/register/mailbox", {"email": MARIA.email}, follow=True)
    )
    visit.show("wrong code", visit.client.post("/register/mailbox", {"code": "000000"}))
    mailbox = visit.client.session[CODE_KEY]["mailbox"]
    for _search in range(RULES[Limit.SEARCHES_PER_MAILBOX].most):
        may_search(mailbox=mailbox, by="system:tests")
    found = re.search(r"^(\d{6})$", newest("registration.search_code"), re.MULTILINE)
    assert found
    visit.show("used up", visit.client.post("/register/mailbox", {"code": found[1]}, follow=True))


@scene
def an_account_for_a_record(visit: Visit) -> None:
    register_new(visit.browser(), RUTH, username="ruth.okafor")
    on_file(MARIA)
    page = visit.show("claim", this_is_me(visit.client, MARIA))
    visit.show("claim, empty", send_account(visit.client, page, {}))
    visit.show(
        "claim, username taken", send_account(visit.client, page, MARIA.account(username="ruth.okafor"))
    )
    for _try in range(11):
        taken = send_account(visit.client, page, MARIA.account(username="ruth.okafor"))
    visit.show("claim, too many usernames", taken)
    weak = MARIA.account(password1="maria1985", password2="maria1986")
    visit.show("claim, weak password", send_account(visit.client, page, weak))
    visit.show("claim, password suggested", send_account(visit.client, page, MARIA.account(suggest="1")))
    typo = MARIA.account(email="maria@gmial.com")
    visit.show("email mistyped", send_account(visit.client, page, typo))


@scene
def a_new_account(visit: Visit) -> None:
    page = visit.show("new", create_new(visit.client, MARIA))
    visit.show("new, empty", send_account(visit.client, page, {}))
    wrong = MARIA.new_account(username="m", email="maria", ssn="900-55-4322", birth_date="02/30/1985")
    visit.show("new, errors", send_account(visit.client, page, wrong))
    school = MARIA.new_account(email="maria@fayette.kyschools.us")
    visit.show("new", send_account(visit.client, page, school))


@scene
def the_home_page(visit: Visit) -> None:
    on_file(MARIA, contact_email=ON_FILE)
    client = visit.client
    claim(client, MARIA)
    visit.show("claimed", client.get("/home"))
    visit.show("sent again", client.post("/confirm-email/resend", follow=True))
    visit.show("first", client.get("/confirm-email/change"))
    visit.show("empty", client.post("/confirm-email/change", {"email": ""}))
    visit.show(
        "email changed", client.post("/confirm-email/change", {"email": "maria.two@example.org"}, follow=True)
    )
    client.get(link_in(newest("accounts.confirm_email")))
    visit.show("the button", client.get("/confirm-email"))
    visit.show("signed out", confirm_opened(visit))
    visit.show("email confirmed", client.post("/confirm-email", follow=True))
    Holding.objects.update(provisional_until=timezone.now() - timedelta(days=1))
    visit.show("claim lapsed", client.get("/home"))


def confirm_opened(visit: Visit):
    """The link, opened by somebody who is not signed in."""
    return visit.browser().get(link_in(newest("accounts.confirm_email")), follow=True)


@scene
def links_that_confirm_nothing(visit: Visit) -> None:
    register_new(visit.client, MARIA)
    link = link_in(newest("accounts.confirm_email"))
    ruth = visit.browser()
    register_new(ruth, RUTH, username="ruth.okafor")
    ruth.get(link)
    visit.show("of another account", ruth.post("/confirm-email"))
    visit.client.get("/confirm-email/made-up", follow=True)
    visit.show("does not work any more", visit.client.post("/confirm-email"))
    EmailAddress.objects.filter(email=RUTH.email).update(verified=True)
    visit.client.post("/confirm-email/change", {"email": RUTH.email})
    visit.client.get(link_in(newest("accounts.confirm_email")))
    visit.show("address taken", visit.client.post("/confirm-email"))


@scene
def proving_that_a_record_is_mine(visit: Visit) -> None:
    on_file(MARIA, contact_email=ON_FILE, other_names=[("", "Delgado")])
    squatter = visit.browser()
    claim(squatter, MARIA, username="somebody.else", email="somebody@example.net")
    client = visit.client
    contest(client, MARIA, username="maria.fuentes")
    visit.show("contesting", client.get("/home"))
    visit.show("not yet", client.get("/record"))
    visit.show("first", client.get("/confirm-it-is-you"))
    visit.show("empty", client.post("/confirm-it-is-you", {"code": ""}))
    visit.show("wrong code", client.post("/confirm-it-is-you", {"code": "ABCD-2345"}))
    visit.show("code sent", ask_for_code(client, look=True))
    visit.show("letter asked for", client.post("/confirm-it-is-you/letter", follow=True))
    for _try in range(5):
        page = client.post("/confirm-it-is-you", {"code": "ABCD-2345"}, follow=True)
    visit.show("too many codes", page)
    ask_for_code(client)
    visit.show("right code, email not confirmed", enter(client, code_in(newest("assurance.code"))))
    confirm_address(client, MARIA.email)
    visit.show("verified", client.get("/home"))
    visit.show("open", client.get("/record"))
    visit.show("superseded", squatter.get("/home"))
    visit.show("ended", squatter.get("/confirm-it-is-you", follow=True))


@scene
def this_was_not_me_pages(visit: Visit) -> None:
    on_file(MARIA, contact_email=ON_FILE)
    home = visit.browser()
    claim(home, MARIA)
    client = visit.client
    visit.show("no link", client.get("/not-me"))
    visit.show("link that does not work", client.post("/not-me"))
    client.get(link_in(newest("assurance.claimed")))
    visit.show("the button", client.get("/not-me"))
    visit.show("box not ticked", client.post("/not-me"))
    visit.show("done", client.post("/not-me", {"not_me": "on"}, follow=True))
    visit.show("frozen", sign_in(home, "maria.fuentes"))


@scene
def this_letter_was_not_mine(visit: Visit) -> None:
    on_file(MARIA, contact_email=ON_FILE)
    claim(visit.browser(), MARIA)
    hold = Holding.objects.get().pk
    order_letter(holding_id=hold, by="tests")
    text = print_letter(letter_id=letters_to_post()[0].letter_id, by="tests").text
    client = visit.client
    visit.show("what to type", client.get("/not-me/letter"))
    visit.show("empty", client.post("/not-me/letter", {}))
    visit.show("not known", client.post("/not-me/letter", {"code": "AAAA-AAAA-AAAA"}))
    visit.show("done", client.post("/not-me/letter", {"code": not_me_code_in(text)}))


@scene
def help_pages(visit: Visit) -> None:
    visit.show("first", visit.client.get("/help"))
    visit.show("first", visit.client.get("/help/ask"))
    failed = {"page": "/register/search", "reference": "7f3a91bc"}
    visit.show("from a page that failed", visit.client.get("/help/ask", failed))
    visit.show("first", visit.client.get("/accessibility"))


@scene
def forgotten(visit: Visit) -> None:
    register_new(visit.browser(), MARIA)
    client = visit.client
    for address in ("/forgot-password", "/forgot-username"):
        visit.show("first", client.get(address))
        visit.show("empty", client.post(address, {"email": ""}))
        visit.show("asked", client.post(address, {"email": MARIA.email}, follow=True))
    text = newest("accounts.reset_password")
    link = text[text.index("/forgot-password/") :].split()[0]
    page = visit.show("form", client.get(link, follow=True))
    address = page.request["PATH_INFO"]
    visit.show("errors", client.post(address, {"password1": "maria1985", "password2": "maria1986"}))
    visit.show("password suggested", client.post(address, {"suggest": "1"}))
    good = {"password1": "Quiet-Maple9 river", "password2": "Quiet-Maple9 river"}
    visit.show("chosen", client.post(address, good, follow=True))
    visit.show("old link", client.get(link, follow=True))


@scene
def without_a_number(visit: Visit) -> None:
    client = visit.client
    visit.show("first", client.get("/register/no-ssn"))
    visit.show("empty", client.post("/register/no-ssn", {}))
    facts = {"first_name": "Ruth", "last_surname": "Okafor", "birth_date": "03/05/1961", "email": RUTH.email}
    visit.show("sent", client.post("/register/no-ssn", {**facts, "robot": "on"}, follow=True))


@scene
def in_a_crowded_network(visit: Visit) -> None:
    for limit in OF_NETWORKS:
        most = RULES[limit].most
        count(limit=limit, subject="127.0.0.1", by="tests")
        LimitCounter.objects.filter(limit=limit).update(count=most)
    client = visit.client
    for address in ("/", "/forgot-password", "/forgot-username", "/recover"):
        visit.show("with the box", client.get(address))
    wrong = {"login": "nobody", "password": "Brisk-Otter7 lamp"}
    with override_settings(KECS_ROBOT="altcha"):
        visit.show("box not checked", client.post("/", wrong))


def forbidden(_request: HttpRequest) -> HttpResponse:
    """A page that this account may not open."""
    raise PermissionDenied


def broken(_request: HttpRequest) -> HttpResponse:
    """A page with a bug."""
    raise RuntimeError("a bug, on purpose")


def crowded(_request: HttpRequest) -> HttpResponse:
    """A page that too many people ask for at once."""
    raise TooManyHashes


def away(_request: HttpRequest) -> HttpResponse:
    """A page whose database does not answer."""
    raise OperationalError("on purpose")


urlpatterns = [
    *portal,
    path("forbidden", forbidden),
    path("broken", broken),
    path("crowded", crowded),
    path("away", away),
]
handler500 = server_error


@scene
def what_cannot_be_shown(visit: Visit) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        stranger = visit.browser(raise_request_exception=False)
        visit.show("404", stranger.get("/nowhere"), view="error")
        visit.show("403", stranger.get("/forbidden"), view="error")
        visit.show("500", stranger.get("/broken"), view="error")
        visit.show("503, a crowd", stranger.get("/crowded"), view="error")
        typed = MARIA.account()
        visit.show("503, what was typed", stranger.post("/crowded", typed), view="error")
        typed["turn"] = turn_in(13 * 60)
        visit.show("503, a long line", stranger.post("/crowded", typed), view="error")
        visit.show("503, no database", stranger.get("/away"), view="error")
        visit.show("400", stranger.get("/?next=/home&next=/home"), view="error")
        strict = visit.browser(enforce_csrf_checks=True)
        visit.show("open too long", strict.post("/register/search", MARIA.search()), view="error")
        register_new(visit.client, MARIA)
        visit.show("404, signed in", visit.client.get("/nowhere"), view="error")


@scene
def recovering(visit: Visit) -> None:
    register_new(visit.browser(), MARIA)
    client = visit.client
    visit.show("first", client.get("/recover"))
    visit.show("empty", client.post("/recover", {}))
    visit.show("sent", client.post("/recover", LOST, follow=True))
    text = newest("accounts.recovery_confirm")
    link = text[text.index("/recover/confirm/") :].split()[0]
    visit.show("no link", client.post("/recover/confirm"))
    visit.show("the button", client.get(link, follow=True))
    visit.show("confirmed", client.post("/recover/confirm"))
    visit.show("link that does not work", client.post("/recover/stop"))
