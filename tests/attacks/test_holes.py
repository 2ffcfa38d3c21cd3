"""An attack that finds nothing must be one that would have found something: each meets a hole made on purpose."""

import copy
from dataclasses import replace

import pytest

from tests.attacks import doorkeeping, fields, guess, headers, hijack, tokens
from tests.attacks.bars import QUICK
from tests.attacks.pages import Reader, filled_in
from tests.attacks.routes import routes
from tests.attacks.snapshot import Contents

pytestmark = pytest.mark.any_database("the holes are in pages and settings, and so is what finds them")


def through(outcomes, name):
    """How much got through."""
    [found] = [each for each in outcomes if each.name == name]
    return found.through


@pytest.fixture
def small(portal):
    """Smaller still."""
    portal.sizes = replace(QUICK, hijacks=2, guesses=24, days=2, connections=4)
    return portal


def test_a_stored_field_on_a_page_is_seen(small, settings, monkeypatch):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.attacks.holes.Leak"]
    monkeypatch.setattr(hijack, "WANDERS", 1)  # one goes everywhere, and one does not
    monkeypatch.setattr(
        hijack, "routes", lambda: [each for each in routes() if each.pattern in hijack.LOOKED_AT]
    )
    monkeypatch.setattr(hijack, "MOST_OPENED", 2)
    assert through(hijack.play(small), "hijack.seen") == 2


def test_a_claim_that_gets_verified_is_seen(small, monkeypatch):
    from kecs.assurance.actions import begin_claim
    from kecs.assurance.levels import EvidenceKind
    from kecs.assurance.proving.actions import give_evidence
    from kecs.registration import actions

    def believe(**how):
        holding_id = begin_claim(**how)
        give_evidence(holding_id=holding_id, kind=EvidenceKind.STAFF_CHECK, by="system:attacks")
        return holding_id

    monkeypatch.setattr(actions, "begin_claim", believe)
    monkeypatch.setattr(hijack, "WANDERS", 0)
    assert through(hijack.play(small), "hijack.verified") == 2


def test_a_limit_that_is_too_high_is_seen(small, monkeypatch):
    from kecs.guard import actions
    from kecs.guard.limits import RULES, Limit

    loose = dict(RULES)
    for limit in (Limit.SEARCH_MISSES_PER_IDENTITY_DAY, Limit.SEARCH_MISSES_PER_IDENTITY_TOTAL):
        loose[limit] = replace(RULES[limit], most=50)
    monkeypatch.setattr(actions, "RULES", loose)
    outcomes = guess.play(small)
    assert through(outcomes, "guess.a_day") > 5
    assert through(outcomes, "guess.at_once") > 5


def test_pages_that_are_open_to_the_wrong_people_are_seen(small, settings, monkeypatch):
    settings.ROOT_URLCONF = "tests.attacks.holes"
    # The holes are the last addresses of the table; test_playbook.py goes to all the others.
    last = routes()[-3:]
    monkeypatch.setattr(doorkeeping, "routes", lambda: last)
    found = doorkeeping.play(small)
    notes = [note for each in found for note in each.notes]
    assert "stranger opened console/open" in notes
    assert any("stranger at records/<uuid:record_id>" in note for note in notes)
    assert any("verified at records/<uuid:record_id>" in note for note in notes)
    assert through(found, "doorkeeping.unlisted") == 2


def test_sessions_in_plain_text_are_seen(small, monkeypatch):
    from kecs.accounts import sessions

    monkeypatch.setattr(sessions, "stored_as", lambda key: key)
    monkeypatch.setattr(tokens, "MOST_IN_PROCESS", 0)  # the keys of sessions are all tried
    outcomes = tokens.play(small)
    assert through(outcomes, "tokens.dump")
    assert through(outcomes, "tokens.usable")


def test_a_header_that_hides_a_network_is_seen(small, monkeypatch):
    from kecs.registration import views

    monkeypatch.setattr(views, "network_of", lambda request: request.headers.get("X-Real-IP", "peer"))
    assert headers.hidden(small)


def test_fields_that_may_come_twice_are_seen(small, settings):
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if not each.endswith("BadInput")]
    wrong, _tries = headers.at_every_address(small)
    assert any(each.startswith("stranger at register/search (") for each in wrong)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("records_holding", "level", 2),
        ("accounts_user", "is_staff", True),
        ("records_educatorrecord", "first_name", "X"),
    ],
)
def test_a_column_that_was_changed_is_seen(table, column, value):
    before: Contents = {
        "records_holding": {1: {"id": 1, "level": 1}},
        "accounts_user": {1: {"id": 1, "is_staff": False, "email": "a"}},
        "account_emailaddress": {},
        "records_case": {},
        "records_educatorrecord": {1: {"id": 1, "first_name": "A"}},
    }
    after = copy.deepcopy(before)
    after["accounts_user"][1]["email"] = "b"
    assert fields.judge(before, after, "here") == []
    after[table][1][column] = value
    assert fields.judge(before, after, "here") == [f"here: {table}.{column} (1)"]


def test_a_row_that_is_born_with_too_much_is_seen():
    before: Contents = {
        table: {} for table in ("accounts_user", "account_emailaddress", "records_holding", "records_case")
    }
    after = copy.deepcopy(before)
    after["accounts_user"][1] = {"is_staff": True, "is_active": True, "username": fields.EVIL}
    found = fields.judge(before, after, "here")
    assert len(found) == 2


def test_a_form_is_read_and_filled_in():
    html = """<a href="/a?b=1">x</a><a href="https://other.example.org/">y</a>
    <form method="post"><input type="hidden" name="t" value="1"><input name="email" type="email">
    <select name="s"><option value=""><option value="two"></select><input type="radio" name="r" value="q">
    <input type="checkbox" name="c"><button name="go" value="yes">Go</button></form>"""
    page = Reader(html, "/here")
    assert page.links == {"/a?b=1"}
    [form] = page.forms
    assert (form.action, form.method, form.buttons[0].value) == ("/here", "POST", "yes")
    assert filled_in(form, {"email": "a@example.org"}) == {
        "t": "1", "email": "a@example.org", "s": "two", "r": "q", "c": "on",
    }  # fmt: skip
