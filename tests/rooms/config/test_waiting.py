"""When the house cannot work at this moment: a page that says so, keeps what was typed, and can be sent again."""

import os
import re
import threading
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django import forms
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.transaction import TransactionManagementError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from kecs.accounts import hashing, turns
from kecs.accounts.hashing import BEHIND_PAGES, Places, TooManyHashes, the_places
from kecs.accounts.models import User
from kecs.audit import transactions
from kecs.audit.transactions import MOST_TRIES, database_is_away, may_be_tried_again, whole
from kecs.config.typed_again import ASKED_ANEW
from kecs.guard.models import LimitCounter
from kecs.registration import actions
from kecs.ui.widgets import NeverShownAgain
from tests.factories.people import MARIA, PASSWORD, on_file
from tests.factories.visits import create_new, heading, registration_key, search, this_is_me
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(settings):
    """One hash at once, and nobody waits."""
    settings.KECS_HASHES_AT_ONCE, settings.KECS_HASHES_WAITING = 1, 0
    the_places.cache_clear()
    yield the_places()
    the_places.cache_clear()


@pytest.fixture
def browser():
    """One that shows what a person would see, whatever broke."""
    return InspectingClient(raise_request_exception=False)


def broken_off(name):
    """The database's error of this name: SQLite's word, or PostgreSQL's five characters."""
    cause = Exception("the text of an error may quote what was typed: MARIA")
    setattr(cause, "sqlite_errorname" if name.startswith("SQLITE") else "sqlstate", name)
    error = OperationalError("broken off")
    error.__cause__ = cause
    return error


# --- A crowd -----------------------------------------------------------------------------------------------------


@pytest.mark.any_database("threads and pages")
def test_a_crowd_is_asked_to_wait_and_the_form_is_kept(browser, places):
    page = create_new(browser, MARIA)
    form = {"registration": registration_key(page), **MARIA.new_account()}
    places.inside = 1  # somebody else hashes
    answer = browser.post("/register/account", form)
    places.inside = 0
    said = answer.content.decode()
    assert (answer.status_code, heading(answer)) == (503, "Please wait a moment")
    assert answer.headers["Retry-After"] == "5"
    assert "no-store" in answer.headers["Cache-Control"]
    for name in ("username", "email", "first_name", "registration"):
        assert f'<input type="hidden" name="{name}" value="{form[name]}"' in said
    for name in ("password1", "password2", "ssn"):
        assert f'name="{name}"' in said
        assert form[name] not in said
    assert browser.post("/register/account", form, follow=True).request["PATH_INFO"] == "/home"
    assert places.refused == 1


def sign_in_of_somebody(browser, turn=""):
    """The answer to a password of no account, which costs a hash like any other: 503 where she waits, 200 where not."""
    return browser.post("/", {"login": "maria", "password": PASSWORD} | ({"turn": turn} if turn else {}))


def turn_in_page(answer):
    """What the form that is to be sent again carries."""
    return re.findall(r'name="turn" value="([^"]+)"', answer.content.decode())


@pytest.mark.any_database("threads and pages")
def test_whose_turn_has_come_goes_before_those_who_come_for_the_first_time(browser, places, monkeypatch):
    """One hashes, one may wait. Who was refused gets in when it is her turn; a stranger who comes meanwhile does not."""
    monkeypatch.setattr(places, "_most", 2)
    later = [1_800_000_000.0]
    monkeypatch.setattr(turns, "time", SimpleNamespace(time=lambda: later[0]))
    places.inside = 2
    refused = sign_in_of_somebody(browser)
    [turn] = turn_in_page(refused)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")

    places.inside = 1  # one still hashes, and the place to wait is free
    early = sign_in_of_somebody(browser, turn)
    assert (early.status_code, turn_in_page(early)) == (503, [turn])
    later[0] += 5
    stranger, forger = sign_in_of_somebody(browser), sign_in_of_somebody(browser, "1:made-up")
    assert (stranger.status_code, forger.status_code) == (503, 503)
    assert turn_in_page(stranger) != [turn]
    assert sign_in_of_somebody(browser, turn).status_code == 200

    places.inside = 2  # her turn has come, and every place is taken: she keeps it
    again = sign_in_of_somebody(browser, turn)
    assert (again.status_code, again.headers["Retry-After"], turn_in_page(again)) == (503, "5", [turn])
    later[0] += turns.GOOD_FOR
    assert turn_in_page(sign_in_of_somebody(browser, turn)) != [turn]


def test_an_idle_thread_waits_for_nobodys_turn():
    places = Places(at_once=1, waiting=4)
    for _ in range(3):
        places.turn()
    with places.admitted():
        assert places.inside == 1


@pytest.mark.any_database("pages")
def test_a_long_wait_is_told_in_minutes(browser, places):
    for _ in range(800):
        places.turn()
    places.inside = 1
    said = sign_in_of_somebody(browser)
    assert int(said.headers["Retry-After"]) == 245
    assert "in about 4 minutes" in said.content.decode()


@pytest.mark.any_database("threads and pages")
def test_who_finds_no_place_to_sign_in_has_tried_nothing(browser, places):
    places.inside = 1
    answer = browser.post("/", {"login": "maria", "password": PASSWORD})
    places.inside = 0
    assert (answer.status_code, PASSWORD in answer.content.decode()) == (503, False)
    assert not LimitCounter.objects.exists()
    assert browser.post("/", {"login": "maria", "password": PASSWORD}).status_code == 200


@pytest.mark.any_database("threads")
def test_no_more_hashes_run_at_once_than_there_are_places(settings):
    settings.KECS_HASHES_AT_ONCE, settings.KECS_HASHES_WAITING = 2, 3
    the_places.cache_clear()
    places, most, refused, running, lock = the_places(), [0], [0], [0], threading.Lock()
    go = threading.Event()

    def make_hash():
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        go.wait(5)
        with lock:
            running[0] -= 1

    def hash_one():
        try:
            with places.admitted():
                places.run(make_hash)
        except TooManyHashes:
            with lock:
                refused[0] += 1
                if refused[0] == 15:
                    go.set()

    threads = [threading.Thread(target=hash_one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    the_places.cache_clear()
    assert (most[0], refused[0], places.inside) == (2, 15, 0)


def test_a_hash_that_has_begun_is_waited_for_and_one_that_has_not_is_refused(monkeypatch):
    """However long the one takes: its work would be done again. The other waits no longer than LONGEST_WAIT."""
    monkeypatch.setattr(hashing, "LONGEST_WAIT", 0.05)
    places, began, end, made = Places(at_once=1, waiting=1), threading.Event(), threading.Event(), []

    def make_hash():
        began.set()
        end.wait(5)
        return "made"

    first = threading.Thread(target=lambda: made.append(places.run(make_hash)))
    first.start()
    began.wait(5)
    with pytest.raises(TooManyHashes):
        places.run(make_hash)
    end.set()
    first.join()
    assert (made, places.refused, places.inside) == (["made"], 1, 0)


def test_hashing_steps_back_for_pages(settings):
    """A thread that hashes has a lower priority than the one that answers, and leaves that one's as it is."""
    settings.KECS_HASHES_AT_ONCE = 1
    the_places.cache_clear()
    ours = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    theirs = the_places().run(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    the_places.cache_clear()
    assert theirs == min(19, ours + BEHIND_PAGES)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == ours


def test_whoever_is_refused_gets_a_turn_of_her_own(monkeypatch):
    """Two hashes at once of 0.3 s each: of a crowd of 300, one comes each 0.15 s; whoever comes when all are gone waits least."""
    now = [1_000.0]
    monkeypatch.setattr(hashing, "monotonic", lambda: now[0])
    places = Places(at_once=2, waiting=4)
    turns = [places.turn() for _ in range(300)]
    assert (turns[0], turns[1], turns[299]) == (5, 6, 50)
    assert max(turns.count(second) for second in set(turns)) <= 7
    now[0] += 60
    assert places.turn() == 5


def test_those_whose_turn_has_come_do_not_wait_behind_those_whose_turn_is_to_come():
    places = Places(at_once=1, waiting=0)
    for _ in range(400):
        places.turn()
    again = [places.again() for _ in range(40)]
    assert (again[0], again[39], places.turn() > 100) == (5, 17, True)


def test_nobody_is_told_to_come_back_tomorrow():
    places = Places(at_once=1, waiting=0)
    assert max(places.turn() for _ in range(5_000)) == 5 * 60


def test_turns_follow_what_a_hash_takes(monkeypatch):
    """On a machine where one takes two seconds, people come half as often as every second."""
    now = [1_000.0]
    monkeypatch.setattr(hashing, "monotonic", lambda: now[0])
    places = Places(at_once=1, waiting=0)

    def make_hash():
        now[0] += 2

    for _ in range(80):
        places.run(make_hash)
    assert (places.turn(), places.turn()) == (5, 7)
    assert (places.again(), places.again()) == (5, 7)


# --- No database -------------------------------------------------------------------------------------------------


def test_a_database_that_is_away_is_no_error_of_the_page(browser, monkeypatch):
    on_file(MARIA)
    page = this_is_me(browser, MARIA)
    form = {"registration": registration_key(page), **MARIA.account()}

    def gone(**_facts):
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(actions, "claim_and_create_account", gone)
        answer = browser.post("/register/account", form)
    said = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert form["username"] in said
    assert PASSWORD not in said
    assert not User.objects.exists()
    assert browser.post("/register/account", form, follow=True).request["PATH_INFO"] == "/home"


def test_a_sign_in_that_gets_half_way_leaves_the_browser_as_it_is(monkeypatch):
    """The account is there, its session is begun, then the database is away: the same form leads home, the old page's token with it."""
    browser = InspectingClient(raise_request_exception=False, enforce_csrf_checks=True)
    first = browser.get("/register/search").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', first)
    assert token
    sent = {"csrfmiddlewaretoken": token[1]}
    browser.post("/register/search", {**MARIA.search(), **sent})
    page = browser.get("/register/match")
    browser.post("/register/match", {"registration": registration_key(page), "choice": "create_new", **sent})
    page = browser.get("/register/account")
    form = {"registration": registration_key(page), **MARIA.new_account(), **sent}
    before = {name: cookie.value for name, cookie in browser.cookies.items()}

    def gone(*_who, **_facts):
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as away:
        away.setattr("kecs.accounts.actions.meet_device", gone)
        answer = browser.post("/register/account", form)
    assert (answer.status_code, answer.cookies) == (503, {})
    assert {name: cookie.value for name, cookie in browser.cookies.items()} == before
    assert User.objects.filter(username=form["username"]).count() == 1
    assert browser.post("/register/account", form).headers["Location"] == "/home"
    assert browser.get("/home").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_session_that_cannot_be_kept_now_is_not_a_session_that_was_deleted(browser):
    def gone(execute, sql, *rest):
        if sql.startswith("UPDATE django_session"):
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, *rest)

    on_file(MARIA)
    page = search(browser, MARIA)
    pressed = {"registration": registration_key(page), "choice": "this_is_me"}
    with connection.execute_wrapper(gone):
        assert browser.post("/register/match", pressed).status_code == 503
    assert browser.post("/register/match", pressed).headers["Location"] == "/register/account"
    Session.objects.all().delete()
    assert browser.post("/register/match", pressed).status_code == 302


@pytest.mark.any_database("no database is asked")
def test_the_page_needs_no_database_and_speaks_spanish(browser, monkeypatch):
    def gone(*_words):
        raise InterfaceError("connection already closed")

    browser.cookies["language"] = "es"
    monkeypatch.setattr("kecs.accounts.sessions.SessionStore.load", gone)
    browser.cookies["session"] = "x" * 32
    answer = browser.get("/home")
    assert (answer.status_code, heading(answer)) == (503, "Espere un momento, por favor")


@pytest.mark.any_database("a bug is a bug")
def test_a_bug_is_still_a_bug(monkeypatch):
    def bug(**_facts):
        raise ImproperlyConfigured("a bug")

    monkeypatch.setattr("kecs.accounts.views.SignInView.get", bug)
    assert Client(raise_request_exception=False).get("/").status_code == 500


@pytest.mark.parametrize(
    ("name", "away", "again"),
    [
        ("SQLITE_BUSY", True, True),
        ("SQLITE_BUSY_SNAPSHOT", True, True),
        ("SQLITE_LOCKED", True, True),
        ("SQLITE_FULL", True, False),
        ("SQLITE_IOERR_WRITE", True, False),
        ("SQLITE_ERROR", False, False),  # no such table
        ("40001", True, True),
        ("40P01", True, True),
        ("57P01", True, False),  # the server shuts down
        ("57014", True, False),  # the statement took too long
        ("53300", True, False),  # too many connections
    ],
)
@pytest.mark.any_database("errors of both")
def test_what_waiting_helps_and_what_another_try(name, away, again):
    error = broken_off(name)
    assert (database_is_away(error), may_be_tried_again(error)) == (away, again)


# --- Tried again -------------------------------------------------------------------------------------------------


@pytest.fixture
def hasty(monkeypatch):
    """No waiting between two tries."""
    monkeypatch.setattr(transactions, "FIRST_WAIT", 0.0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.any_database("errors of both")
@pytest.mark.parametrize(("times", "passes"), [(MOST_TRIES - 1, True), (MOST_TRIES, False)])
@pytest.mark.usefixtures("hasty")
def test_a_transaction_that_was_broken_off_is_tried_again_a_few_times(times, passes):
    tries = []

    @whole
    def act():
        tries.append(connection.in_atomic_block)
        if len(tries) <= times:
            raise broken_off("40P01")
        return "done"

    if passes:
        assert act() == "done"
    else:
        with pytest.raises(OperationalError):
            act()
    assert tries == [True] * MOST_TRIES


@pytest.mark.usefixtures("hasty")
@pytest.mark.any_database("errors of both")
def test_inside_another_transaction_that_one_is_tried_again(django_db_blocker):
    tries = []

    @whole
    def act():
        tries.append(1)
        raise broken_off("40001")

    with pytest.raises(OperationalError):
        act()  # the test's own transaction is around it
    assert len(tries) == 1


@pytest.mark.any_database("transactions of both")
def test_an_action_inside_an_action_is_undone_with_it_and_sets_no_savepoint():
    @whole
    def open_account(name):
        User(id=uuid4(), username=name, email=f"{name}@example.org", password="!").save(force_insert=True)
        if name == "second":
            raise LookupError

    @whole
    def open_both(*, goes_on):
        open_account("first")
        try:
            open_account("second")
        except LookupError:
            if not goes_on:
                raise
        return User.objects.count()

    with CaptureQueriesContext(connection) as sent, pytest.raises(LookupError):
        open_both(goes_on=False)
    savepoints = [query["sql"] for query in sent if query["sql"].startswith("SAVEPOINT")]
    assert len(savepoints) == 1  # of the outer action, in the test's own transaction
    # Whoever catches it cannot go on as if nothing had been: half of it would stay.
    with pytest.raises(TransactionManagementError):
        open_both(goes_on=True)
    assert not User.objects.exists()
    open_account("third")  # by itself it is an action like any other
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_of_two_ends_well_for_both():
    if connection.vendor == "sqlite":
        pytest.skip("takes its one lock at once, and has no deadlocks")
    for name in ("one", "two"):
        User(id=uuid4(), username=name, email=f"{name}@example.org", password="!").save(force_insert=True)
    both_hold_one, failed = threading.Barrier(2), []

    @whole
    def rename(first, second, tries):
        tries.append(1)
        User.objects.filter(username=first).update(language="es")
        if len(tries) == 1:
            both_hold_one.wait(10)
        User.objects.filter(username=second).update(language="es")

    def run(first, second, tries):
        try:
            rename(first, second, tries)
        except OperationalError as error:
            failed.append(error)
        finally:
            connections.close_all()

    tries: list[list[int]] = [[], []]
    threads = [
        threading.Thread(target=run, args=pair)
        for pair in (("one", "two", tries[0]), ("two", "one", tries[1]))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(tries[0]) + len(tries[1]) == 3


def every_form(base=forms.BaseForm):
    """The forms of all rooms: the table of URLs has imported them."""
    for kind in base.__subclasses__():
        yield kind
        yield from every_form(kind)


def test_no_form_has_a_secret_that_the_page_would_carry_back():
    get_resolver().url_patterns  # noqa: B018 - imports every view
    hidden_ones = (NeverShownAgain, forms.PasswordInput)
    secret = {
        name
        for kind in every_form()
        for name, field in getattr(kind, "base_fields", {}).items()
        if isinstance(field.widget, hidden_ones) and kind.__module__.startswith("kecs.")
    }
    assert {"password", "password1", "ssn", "last4", "code"} <= secret
    assert secret <= ASKED_ANEW.keys()
