"""`kecs breach`: who, which fields, in which form; and never a fact of anybody."""

import io
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from kecs.accounts.models import User
from kecs.audit.actions import record
from kecs.audit.queries import newest_of
from kecs.console.events import CaseLookedAt
from kecs.corrections.events import FactsOpened
from kecs.corrections.models import Correction
from kecs.records.models import EducatorRecord
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim

pytestmark = pytest.mark.django_db


def breach(*words: str) -> str:
    out = io.StringIO()
    call_command("breach", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def people(client):
    on_file(MARIA)
    on_file(Person(first_name="Ann", last_surname="Lee", ssn="900124822"))
    claim(client, MARIA)


def test_a_dump_tells_what_was_sealed_and_who_is_in_it(people, tmp_path):
    said = breach("dump", "--csv", str(tmp_path / "people.csv"))
    assert "records_educatorrecord.ssn_sealed: sealed; unreadable without the keyring (2 rows)" in said
    assert "records_educatorrecord.last_surname: in clear (2 rows)" in said
    assert "accounts_user.password: a digest or hash (1 rows)" in said
    assert "django_session.session_data: sealed" in said
    assert "People affected: 2" in said
    assert "state: held at level 1: 1" in said
    written = (tmp_path / "people.csv").read_text(encoding="utf-8")
    assert written.count("\n") == 3
    assert {str(key) for key in EducatorRecord.objects.values_list("pk", flat=True)} == {
        line.partition(",")[0] for line in written.splitlines()[1:]
    }
    assert not any(fact in written + said for fact in (MARIA.last_surname, MARIA.email, "1985", MARIA.ssn))
    told = newest_of("config.breach_reported")
    assert told is not None
    assert told.keys["scenario"] == "dump"


def test_with_the_keyring_what_was_sealed_is_open_and_some_tables_are_some_people(people):
    said = breach("keyring", "--tables", "records_holding", "records_statedidentity")
    assert (
        "records_statedidentity.ssn_sealed: sealed, and readable with the keyring that was taken too" in said
    )
    assert "educatorrecord" not in said
    assert "People affected: 1" in said
    with pytest.raises(CommandError, match="No table with facts of people: nonsense"):
        breach("dump", "--tables", "nonsense")


@pytest.mark.any_database("reads the log")
def test_the_looks_of_one_of_staff_are_those_of_the_log(people):
    ann = EducatorRecord.objects.get(last_surname="Lee")
    staff = User.objects.get()
    with transaction.atomic():
        for by in (f"account:{staff.pk}", "account:another"):
            event = CaseLookedAt(subject="case:1", kind="several", accounts=(), records=(str(ann.pk),))
            record(event=event, by=by)
    said = breach("staff", str(staff.pk), "--since", "2020-01-01T00:00")
    assert "People affected: 1" in said
    assert ": 1 (docs/events.md" in said
    assert "People affected: 0" in breach(
        "staff", str(staff.pk), "--since", "2020-01-01T00:00", "--until", "2020-01-02"
    )


@pytest.mark.any_database("reads the log")
def test_whose_request_was_opened_is_among_those_who_were_looked_at(people):
    staff = User.objects.get()
    asked = Correction.objects.create(account=staff, case_id=uuid4(), asked_sealed=b"x", state="open")
    with transaction.atomic():
        record(event=FactsOpened(subject=f"correction:{asked.pk}", facts=("ssn",)), by=f"account:{staff.pk}")
    said = breach("staff", str(staff.pk), "--since", "2020-01-01T00:00")
    assert "People affected: 1" in said
