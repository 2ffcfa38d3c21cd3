"""A merge and what the other rooms see of it: search, import under either number, reindex; and what the database refuses."""

import io
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import UniqueConstraint
from django.utils import timezone

from kecs.audit.models import AuditEvent
from kecs.corrections.kinds import Paper
from kecs.corrections.models import DeskCorrection
from kecs.matching.decide import Claim, decide
from kecs.records.actions import open_case
from kecs.records.correcting.actions import Changes, correct_record
from kecs.records.kinds import CaseKind, MergeReason
from kecs.records.merging.actions import Gone, merge_records
from kecs.records.merging.images import other_rooms
from kecs.records.merging.plan import FACTS, Choices, Side
from kecs.records.merging.queries import (
    Obstacle,
    absorbed_into,
    former_numbers_of,
    living_record,
    merge_with_id,
    record_with_number,
    undoing_of,
)
from kecs.records.merging.undoing.actions import CannotUndo, unmerge_records
from kecs.records.models import EducatorRecord, IdentityKey, LinkageKey, LinkedPair, RecordMerge, RecordNumber
from kecs.records.queries import candidates_for
from tests.factories.people import Person, on_file

if TYPE_CHECKING:
    from tests.factories.imports import Ran

pytestmark = pytest.mark.django_db

ADA = Person(first_name="Ada", last_surname="Cole", ssn="900110001", birth_date=date(1980, 1, 2))
REED = Person(first_name="Ada", last_surname="Reed", ssn="900110002", birth_date=date(1980, 1, 2))
HEADER = "staff_unique_id,first_name,last_surname,ssn,email"


@pytest.fixture
def pair():
    """One person on file twice; the second SSN has a slip."""
    return on_file(ADA, contact_email="ada@example.org"), on_file(REED)


def merge(pair: Any, *, case_id: Any = None, **sides: Side) -> Any:
    facts = {name: sides.get(name, Side.FIRST) for name in FACTS}
    return merge_records(
        first_id=pair[0].pk,
        second_id=pair[1].pk,
        choices=Choices(survivor=Side.FIRST, facts=facts),
        reason=MergeReason.TYPED_WRONG,
        case_id=case_id,
        by="account:staff",
    )


def undo(merged: Any) -> None:
    unmerge_records(merge_id=merged.merge_id, give_back=lambda _holds: None, by="account:staff")


def found(person: Person) -> str | None:
    claim = Claim(
        first_name=person.first_name,
        last_surname=person.last_surname,
        birth_date=person.birth_date,
        last4=person.last4,
    )
    decision = decide(claim, candidates_for(claim), population=300_000)
    return decision.record_ids[0] if decision.record_ids else None


def test_either_name_finds_the_survivor_and_the_number_that_was_not_kept_finds_nobody(pair):
    merge(pair)
    assert found(ADA) == str(pair[0].pk)
    assert found(
        Person(first_name="Ada", last_surname="Reed", ssn=ADA.ssn, birth_date=ADA.birth_date)
    ) == str(pair[0].pk)
    assert found(REED) is None
    assert IdentityKey.objects.filter(kind="ssn").count() == 1


def test_both_numbers_lead_to_the_survivor_and_so_does_the_absorbed_id(pair):
    merged = merge(pair)
    for record in pair:
        assert record_with_number(record.staff_unique_id) == pair[0].pk
        assert living_record(record.pk) == pair[0].pk
    assert absorbed_into(pair[0].pk) == (pair[1].pk,)
    assert former_numbers_of(pair[0].pk) == (pair[1].staff_unique_id,)
    with pytest.raises(Gone):
        merge(pair)
    undo(merged)
    assert record_with_number(pair[1].staff_unique_id) == living_record(pair[1].pk) == pair[1].pk
    assert RecordNumber.objects.count() == 0
    assert found(REED) == str(pair[1].pk)


def test_a_file_with_both_numbers_changes_the_survivor_by_its_news_alone(
    pair: Any, run: "Callable[..., Ran]"
):
    merge(pair, last_surname=Side.SECOND)
    one, other = (record.staff_unique_id for record in pair)
    as_before = [f"{one},Ada,Cole,900-11-0001,ada@example.org", f"{other},Ada,Reed,900-11-0002,"]
    # What staff have decided about is no news, or the nightly file would undo it, wrong SSN and all.
    assert run(*as_before, header=HEADER).counts["unchanged"] == len(as_before)
    news = [f"{one},Ada,Cole,900-11-0001,new@example.org", f"{other},Adele,Reed,900-11-0002,"]
    assert run(*news, header=HEADER).counts["updated"] == 1
    survivor = EducatorRecord.objects.get()
    assert (survivor.first_name, survivor.last_surname) == ("Adele", "Reed")
    assert survivor.contact_email == "new@example.org"
    assert found(REED) is None
    again = run(*news, f"{other}X,Zoe,New,,", header=HEADER)
    assert (again.counts["unchanged"], again.counts["created"]) == (len(news), 1)
    assert EducatorRecord.objects.count() == len(pair)


def test_a_correction_is_no_row_of_a_file_and_holds_as_it_stands(pair):
    merge(pair, last_surname=Side.SECOND)
    correct_record(record_id=pair[0].pk, changes=Changes(last_surname="Cole"), by="account:staff")
    assert EducatorRecord.objects.get().last_surname == "Cole"


def test_a_reindex_finds_nothing_to_do(pair):
    merge(pair, birth_date=Side.SECOND)
    keys = set(IdentityKey.objects.values_list("digest")), set(LinkageKey.objects.values_list("digest"))
    call_command("reindex", "--processes", "1", stdout=io.StringIO(), stderr=io.StringIO())
    assert keys == (
        set(IdentityKey.objects.values_list("digest")),
        set(LinkageKey.objects.values_list("digest")),
    )


def test_a_case_of_linkage_is_decided_by_the_merge_and_its_pair_comes_back(pair):
    case_id = open_case(
        kind=CaseKind.LINKAGE_DUPLICATE,
        account_id=None,
        record_ids=[record.pk for record in pair],
        because=(),
        by="tests",
    )
    first, second = sorted(record.pk for record in pair)
    LinkedPair.objects.create(kind="x", first_id=first, second_id=second, case_id=case_id, weight=20.0)
    before = list(LinkedPair.objects.values())
    merged = merge(pair, case_id=case_id)
    case = pair[0].cases.get()
    assert (case.pk, case.outcome, case.records.count()) == (case_id, "merged", 1)
    assert not LinkedPair.objects.exists()
    undo(merged)
    assert list(LinkedPair.objects.values()) == before
    assert case.records.count() == len(pair)


@pytest.mark.parametrize(
    ("deed", "obstacle"),
    [
        (
            lambda pair: correct_record(record_id=pair[0].pk, changes=Changes(first_name="Zoe"), by="tests"),
            Obstacle.RECORD_CHANGED,
        ),
        (lambda _pair: on_file(Person(ssn=REED.ssn)), Obstacle.SSN_TAKEN),
        (
            lambda pair: merge((pair[0], on_file(Person(first_name="Ad", ssn="900119999")))),
            Obstacle.LATER_MERGE,
        ),
    ],
)
def test_what_was_built_on_a_merge_keeps_it_from_being_undone(pair, deed, obstacle):
    merged = merge(pair)
    assert undoing_of(merged.merge_id).obstacles == ()
    deed(pair)
    with pytest.raises(CannotUndo) as refused:
        undo(merged)
    assert refused.value.obstacles == (obstacle,)


def test_of_a_chain_the_last_merge_is_undone_first(pair):
    third = on_file(Person(first_name="Ad", last_surname="Third", ssn="900119999"))
    first = merge(pair)
    last = merge_records(
        first_id=third.pk,
        second_id=pair[0].pk,
        choices=Choices(survivor=Side.FIRST, facts=dict.fromkeys(FACTS, Side.FIRST)),
        reason=MergeReason.FACTS_AGREE,
        by="account:staff",
    )
    assert {record_with_number(each.staff_unique_id) for each in (*pair, third)} == {third.pk}
    assert undoing_of(first.merge_id).obstacles == (Obstacle.LATER_MERGE,)
    undo(last)
    undo(first)
    assert merge_with_id(first.merge_id).state == "undone"  # type: ignore[union-attr]
    assert EducatorRecord.objects.count() == len((*pair, third))


def test_the_log_names_ids_and_words_only(pair):
    undo(merge(pair))
    events = AuditEvent.objects.filter(code__in=["records.records_merged", "records.records_unmerged"])
    assert events.count() == len(["merged", "unmerged"])
    text = "".join(str(event.keys) for event in events)
    assert not any(value in text for value in ("Ada", "Reed", "9001", "1980", pair[0].staff_unique_id))


def test_every_table_that_points_at_a_record_is_led_to_the_survivor_and_back(pair):
    """Those of other rooms by their column alone, so no rule of theirs may forbid two rows about one record."""
    assert {(model, column) for model, column in other_rooms()} == {(DeskCorrection, "record_id")}
    for model, column in other_rooms():
        field = next(each for each in model._meta.concrete_fields if each.attname == column)
        assert not field.unique
        assert not any(
            field.name in getattr(rule, "fields", ()) and isinstance(rule, UniqueConstraint)
            for rule in model._meta.constraints
        )
    row = DeskCorrection.objects.create(
        record=pair[1], why="marriage", paper=next(iter(Paper)), made_by="tests"
    )
    merged = merge(pair)
    row.refresh_from_db()
    assert row.record_id == pair[0].pk
    undo(merged)
    row.refresh_from_db()
    assert row.record_id == pair[1].pk


# --- What the database refuses -------------------------------------------------------------------------------------


def refused(change: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_no_record_takes_a_number_that_leads_to_another(pair):
    merge(pair)
    number, other = pair[1].staff_unique_id, on_file(Person(ssn="900119999"))
    refused(lambda: EducatorRecord.objects.create(staff_unique_id=number))
    refused(
        lambda: EducatorRecord.objects.filter(pk=other.pk).update(staff_unique_id=number, identity_version=9)
    )
    refused(lambda: RecordNumber.objects.create(staff_unique_id=number, record=other))


def test_the_triggers_stand_whatever_later_migrations_did_to_the_table():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'records_number_of%'")
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'records_number_of%'"
            )
        assert len(cursor.fetchall()) == len(["insert", "update"])


@pytest.mark.parametrize(
    "change",
    [
        {"both_held": True, "merged_by": "account:staff", "proposed_by": "account:staff"},
        {"before_sealed": None},
        {"state": "proposed"},
        {"state": "undone"},
        {"state": "boredom"},
        {"merged_at": None},
        {"ended_at": timezone.now()},
    ],
)
def test_a_merge_is_never_half_anything(pair, change):
    merged = merge(pair)
    refused(lambda: RecordMerge.objects.filter(pk=merged.merge_id).update(**change))


def test_a_record_is_absorbed_once_and_never_by_itself(pair):
    merged = merge(pair)
    row = RecordMerge.objects.get(pk=merged.merge_id)
    again = {**vars(row), "id": None}
    again.pop("_state")
    again.pop("id")
    refused(lambda: RecordMerge.objects.create(**again))
    refused(lambda: RecordMerge.objects.filter(pk=row.pk).update(survivor_id=row.absorbed_id))
