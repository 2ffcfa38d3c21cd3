"""The quick forms of two attacks: 200 connections at one identity, and a spray over many. tests/factories/crowds.py runs them."""

from datetime import date, timedelta

import pytest

from kecs.audit.models import AuditEvent
from kecs.guard.models import SearchTally
from kecs.matching.decide import Claim
from tests.factories.crowds import guess_last4, spray
from tests.factories.people import MARIA, on_file

RUTH = Claim(first_name="Ruth", last_surname="Smith", birth_date=date(1980, 1, 2), last4="0001")


def evaluated():
    return AuditEvent.objects.filter(code="registration.search_made", keys__limited=False).count()


@pytest.mark.django_db(transaction=True)
def test_two_hundred_at_once_are_five():
    on_file(MARIA)
    claim = Claim(
        first_name=MARIA.first_name, last_surname=MARIA.last_surname, birth_date=MARIA.birth_date, last4="0"
    )
    outcomes = guess_last4(claim, [f"{5000 + number}" for number in range(200)])
    assert set(outcomes) == {"none"}
    assert evaluated() == 5
    # Maria's names and the misses of all are one tally, over several rows.
    assert sum(SearchTally.objects.values_list("misses", flat=True)) == 5


def strangers(many):
    return [
        Claim(
            first_name="Ann",
            last_surname="".join("abcdefghij"[int(digit)] for digit in f"{number:05}"),
            birth_date=date(1950, 1, 1) + timedelta(days=number),
            last4="1234",
        )
        for number in range(many)
    ]


@pytest.mark.django_db
def test_of_a_spray_in_quiet_time_no_more_than_two_hundred_are_evaluated():
    assert spray(strangers(400)) == 200
    assert AuditEvent.objects.filter(code="guard.strict_mode_began").count() == 1
