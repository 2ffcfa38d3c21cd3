"""`kecs reindex`: everybody stands under the keys of today, whatever was killed, and whoever looks meanwhile finds her."""

import io
from dataclasses import replace
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections

from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.matching.decide import Claim
from kecs.pii import fields
from kecs.records.actions import Identity, make_findable, state_identity
from kecs.records.importing import apply, reindex
from kecs.records.models import EducatorRecord, IdentityKey, LinkageKey, Run
from kecs.records.queries import candidates_for
from tests.factories.people import MARIA, Person, on_file

pytestmark = pytest.mark.django_db

KNOWN_TO = ("pii.fields", "records.index", "records.importing.prepare", "records.importing.apply")


@pytest.fixture
def rotated(monkeypatch: pytest.MonkeyPatch):
    """Call it, and the keyring has another root, which is the current one."""

    def rotate() -> None:
        old = fields.the_keyring()
        new = replace(old, current=2, roots={**old.roots, 2: bytes(range(32))})
        for module in (*KNOWN_TO, "records.importing.reindex"):
            monkeypatch.setattr(f"kecs.{module}.the_keyring", lambda: new)

    return rotate


def ran() -> dict[str, int]:
    out = io.StringIO()
    call_command("reindex", "--processes", "1", stdout=out, stderr=io.StringIO())
    return {line.rsplit(maxsplit=1)[0].strip(): int(line.split()[-1]) for line in out.getvalue().splitlines()}


def key_ids() -> set[int]:
    search = set(IdentityKey.objects.values_list("key_id", flat=True))
    return search | set(LinkageKey.objects.values_list("key_id", flat=True))


def found(person: Person) -> int:
    claim = Claim(
        first_name=person.first_name,
        last_surname=person.last_surname,
        birth_date=person.birth_date,
        last4=person.last4,
    )
    return len(candidates_for(claim))


def people(count: int) -> list[Person]:
    return [Person(first_name="Ann", ssn=f"9004{number:05}") for number in range(10_001, 10_001 + count)]


def contents() -> list[str]:
    search = IdentityKey.objects.values_list("record", "stated", "kind", "key_id", "digest")
    near = LinkageKey.objects.values_list("record", "key_id", "digest")
    return sorted(repr(row) for rows in (search, near) for row in rows)


def test_whoever_stands_under_the_right_keys_is_left_alone():
    on_file(MARIA, other_names=[("", "Stone")])
    before = contents()
    assert ran() == {"records read": 1, "keys made anew": 0, "unchanged": 1}
    assert contents() == before


def test_missing_and_wrong_keys_are_made_as_the_import_makes_them():
    record = on_file(MARIA, other_names=[("", "Stone")])
    before = contents()
    LinkageKey.objects.filter(record=record).delete()
    IdentityKey.objects.filter(record=record, kind="ssn").update(digest=bytes(16))
    assert ran()["keys made anew"] == 1
    assert contents() == before


def test_after_a_rotation_everybody_stands_under_the_new_key_and_is_found_all_along(rotated):
    on_file(MARIA)
    account = get_user_model().objects.create(username="ann", email="ann@example.org")
    ann = Person(first_name="Ann", ssn="900441234", birth_date=date(1990, 2, 3))
    identity = Identity(
        first_name="Ann", last_surname=ann.last_surname, birth_date=ann.birth_date, ssn=ann.ssn
    )
    stated = state_identity(account_id=account.pk, identity=identity, by="anonymous")
    make_findable(stated_id=stated, identity=identity, by="anonymous")
    rotated()
    assert (found(MARIA), found(ann), key_ids()) == (1, 1, {1})
    assert ran() == {"records read": 1, "keys made anew": 1, "unchanged": 0}
    assert (found(MARIA), found(ann), key_ids()) == (1, 1, {2})
    event = AuditEvent.objects.get(code="records.records_reindexed")
    assert event.keys == {"key": 2, "records": 1, "changed": 1}
    assert chain_state().broken_at is None


def test_a_run_that_was_killed_goes_on_where_it_was(rotated, monkeypatch):
    for person in people(9):
        on_file(person)
    rotated()
    monkeypatch.setattr(reindex, "BATCH", 2)
    real, batches = apply.apply_keys, []

    def killed_at_the_third(**arguments):
        batches.append(arguments)
        if len(batches) == 3:
            raise SystemExit(137)
        real(**arguments)

    monkeypatch.setattr(reindex, "apply_keys", killed_at_the_third)
    with pytest.raises(SystemExit):
        ran()
    assert key_ids() == {1, 2}
    assert ran() == {"records read": 9, "keys made anew": 9, "unchanged": 0}
    assert len(batches) == 6  # two before, the one that was killed, and three for the rest
    assert key_ids() == {2}
    assert [run.whole for run in Run.objects.all()] == [True]


def test_a_record_that_changes_meanwhile_is_read_again(rotated, monkeypatch):
    on_file(MARIA)
    rotated()
    real = apply.apply_keys

    def corrected_first(**arguments):
        EducatorRecord.objects.update(last_surname="Stone", identity_version=2)
        real(**arguments)

    monkeypatch.setattr(reindex, "apply_keys", corrected_first)
    ran()
    right = contents()
    monkeypatch.setattr(reindex, "apply_keys", real)
    assert ran()["keys made anew"] == 0
    assert contents() == right


@pytest.mark.django_db(transaction=True)
def test_processes_make_the_same_keys(monkeypatch):
    for person in people(5):
        on_file(person)
    before = contents()
    LinkageKey.objects.all().delete()
    monkeypatch.setattr(reindex, "BATCH", 2)
    monkeypatch.setattr("kecs.records.management.commands.reindex.WORTH_PROCESSES", 1)
    call_command("reindex", "--processes", "2", stdout=io.StringIO(), stderr=io.StringIO())
    connections.close_all()
    assert contents() == before
