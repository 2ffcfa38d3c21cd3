"""The index of people while keys rotate, and what is asked of it."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kecs.matching.decide import Claim, Outcome, decide
from kecs.matching.keys import near_keys
from kecs.pii import fields
from kecs.pii.keyring import Keyring
from kecs.records.index import people_under, records_near
from kecs.records.queries import candidates_for, population
from tests.factories.people import MARIA, Person, on_file

pytestmark = pytest.mark.django_db

CLAIM = Claim(
    first_name="Maria", last_surname="Fuentes-Ortega", birth_date=MARIA.birth_date, last4=MARIA.last4
)


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[str, Keyring]:
    """The installation's keyring, which a test may exchange."""
    holder = {"now": fields.the_keyring()}
    monkeypatch.setattr("kecs.pii.fields.the_keyring", lambda: holder["now"])
    monkeypatch.setattr("kecs.records.index.the_keyring", lambda: holder["now"])
    monkeypatch.setattr("kecs.records.importing.prepare.the_keyring", lambda: holder["now"])
    return holder


def outcome() -> Outcome:
    return decide(CLAIM, candidates_for(CLAIM), population=300_000).outcome


def test_a_search_finds_who_was_indexed_before_the_key_was_changed_and_after(keyring):
    old = keyring["now"]
    on_file(MARIA)
    keyring["now"] = replace(old, current=2, roots={**old.roots, 2: bytes(range(32))})
    assert outcome() is Outcome.ONE
    on_file(Person(first_name="Ruth", last_surname="Okafor", ssn="902111234"))
    claim = replace(CLAIM, first_name="Ruth", last_surname="Okafor", last4="1234")
    assert len(candidates_for(claim)) == 1
    keyring["now"] = old
    assert candidates_for(claim) == []
    assert outcome() is Outcome.ONE


def test_near_records_are_found_under_both_keys_too(keyring):
    old = keyring["now"]
    on_file(MARIA)
    keyring["now"] = replace(old, current=2, roots={**old.roots, 2: bytes(range(32))})
    assert len(records_near(near_keys(replace(CLAIM, last4="9999"), ssn="901229999"))) == 1


@pytest.mark.parametrize(
    "claim",
    [
        CLAIM,
        replace(CLAIM, last4="1111"),
        replace(CLAIM, birth_date=date(1900, 1, 1)),  # a place-holder has no key at all
    ],
)
def test_a_search_is_one_statement_of_one_text_whatever_is_found(claim):
    on_file(MARIA, other_names=[("", "Delgado"), ("", "Stone")])
    with CaptureQueriesContext(connection) as seen:
        candidates_for(claim)
    assert len(seen) == 1
    assert "records_identitykey" in seen[0]["sql"]


def test_other_names_come_together_in_one_person():
    on_file(MARIA, other_names=[("", "Delgado"), ("Mia", "Stone")])
    (candidate,) = candidates_for(CLAIM)
    assert {(name.first_name, name.last_surname) for name in candidate.other_names} == {
        ("", "Delgado"),
        ("Mia", "Stone"),
    }


def test_a_last_4_that_others_make_up_leads_to_whose_whole_number_ends_so():
    claim = replace(CLAIM, last4="9999")
    on_file(MARIA, ssn="9999")
    assert candidates_for(claim) == []
    hers = on_file(MARIA, ssn="900559999")
    assert [candidate.record_id for candidate in candidates_for(claim)] == [str(hers.pk)]
    assert decide(claim, candidates_for(claim), population=population()).outcome is Outcome.ONE


def test_nobody_is_found_under_no_key():
    on_file(MARIA)
    assert people_under(()) == records_near(()) == []


def test_the_population_is_known_without_counting(monkeypatch):
    monkeypatch.setattr("kecs.records.queries._count", None)
    on_file(MARIA)
    with CaptureQueriesContext(connection) as seen:
        assert population() in {0, 1}  # PostgreSQL estimates, and has not looked yet
        assert population() in {0, 1}
    assert len(seen) == 1
    assert "count(" not in seen[0]["sql"].lower()
