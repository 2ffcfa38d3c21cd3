"""What the database itself refuses, whichever code asks."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from kecs.assurance.models import ClaimCode, Evidence, Letter
from kecs.records.models import Holding
from tests.factories.claims import hold_of
from tests.factories.people import MARIA
from tests.factories.visits import claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(client, record):
    claim(client, MARIA)
    return hold_of("maria.fuentes")


def refused(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_level_two_needs_evidence(held):
    refused(lambda: Holding.objects.filter(pk=held.pk).update(level=2))
    withdrawn = Evidence.objects.create(
        holding=held, kind="staff_check", given_by="tests", withdrawn_at=timezone.now()
    )
    refused(lambda: Holding.objects.filter(pk=held.pk).update(level=2))
    Evidence.objects.filter(pk=withdrawn.pk).update(withdrawn_at=None)
    assert Holding.objects.filter(pk=held.pk).update(level=2) == 1


def test_nobody_is_verified_from_the_start(held):
    held.delete()
    refused(
        lambda: Holding.objects.create(
            record_id=held.record_id, account_id=held.account_id, level=2, held_by="tests"
        )
    )


def test_the_trigger_stands_whatever_later_migrations_did_to_the_table():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'assurance_verified%'")
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'assurance_verified%'"
            )
        assert cursor.fetchall()


def test_evidence_is_of_a_known_kind_and_once(held):
    refused(lambda: Evidence.objects.create(holding=held, kind="ssn", given_by="tests"))
    Evidence.objects.create(holding=held, kind="letter_code", given_by="tests")
    refused(lambda: Evidence.objects.create(holding=held, kind="letter_code", given_by="tests"))


def test_one_code_of_a_kind_and_no_code_by_staff(held):
    ClaimCode.objects.create(holding=held, kind="letter_code", digest=b"x")
    refused(lambda: ClaimCode.objects.create(holding=held, kind="letter_code", digest=b"y"))
    refused(lambda: ClaimCode.objects.create(holding=held, kind="staff_check", digest=b"z"))


@pytest.mark.parametrize(
    "half",
    [
        {"posted_at": timezone.now()},
        {"posted_by": "tests"},
        {"posted_at": timezone.now(), "posted_by": "tests"},
    ],
)
def test_a_letter_is_printed_before_it_is_posted(held, half):
    refused(lambda: Letter.objects.create(holding=held, asked_by="tests", **half))


def test_one_letter_to_post(held):
    Letter.objects.create(holding=held, asked_by="tests")
    refused(lambda: Letter.objects.create(holding=held, asked_by="tests"))
