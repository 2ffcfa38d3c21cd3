"""Undo a whole import: everything stands as before it, but for what something was built on since."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.matching.decide import Outcome
from kecs.matching.keys import record_keys
from kecs.records.actions import open_case
from kecs.records.correcting.actions import Changes, correct_record
from kecs.records.holdings.actions import hold_record
from kecs.records.importing import apply, load, parse
from kecs.records.index import identity_key_rows
from kecs.records.kinds import AssuranceLevel, BuiltOn, CaseKind, MergeReason
from kecs.records.merging.actions import merge_records
from kecs.records.merging.plan import FACTS as FACTS_OF_MERGE
from kecs.records.merging.plan import Choices, Side
from kecs.records.models import (
    EducatorRecord,
    IdentityKey,
    LinkageKey,
    NameKey,
    NotUndone,
    OtherName,
    Run,
    StatedIdentity,
    UndoBatch,
)
from kecs.records.undoing.actions import TooLate, forget_before_images, undo_run
from tests.factories.imports import MARIA, Ran, found

pytestmark = pytest.mark.django_db

# An undone change is a change: the version of an identity only rises, and the row was written just now.
FACTS = [
    field.attname
    for field in EducatorRecord._meta.concrete_fields
    if field.name not in {"identity_version", "updated_at"}
]


def stands() -> dict[str, list[Any]]:
    """Every table that an import writes, row for row; numbers that the database gives to rows left out."""
    return {
        "records": sorted(map(repr, EducatorRecord.objects.values_list(*FACTS))),
        "names": sorted(OtherName.objects.values_list("record_id", "first_name", "last_surname")),
        "found": sorted(map(repr, NameKey.objects.values_list("record_id", "surname", "given"))),
        "search": sorted(
            map(repr, IdentityKey.objects.values_list("record", "stated", "kind", "key_id", "digest"))
        ),
        "linkage": sorted(map(repr, LinkageKey.objects.values_list("record", "key_id", "digest"))),
    }


def newest() -> Run:
    return Run.objects.latest("started_at")


def undo(run: Run | None = None) -> Run:
    chosen = run or newest()
    return undo_run(
        run_id=chosen.pk,
        source="import of a test",
        reason="wrong_file",
        on_progress=lambda _count: None,
        by="tests",
    )


def left() -> dict[str, str]:
    ids = dict(EducatorRecord.objects.values_list("pk", "staff_unique_id"))
    return {ids.get(each.record_id, "gone"): each.why for each in NotUndone.objects.all()}


# --- As if it had never been --------------------------------------------------------------------------------------

CELLS = {
    "first_name": st.sampled_from(["", "Ann", "Anne", "José", "Jose", "Mary"]),
    "last_surname": st.sampled_from(["", "Lee", "Cole", "Reed", "Núñez"]),
    "other_names": st.sampled_from(["", "|Stone", "Dana|; Ann|Hill"]),
    "birth_date": st.sampled_from(["", "1985-03-14", "1970-01-02"]),
    # Few of them, so that they move from one person to another.
    "ssn": st.sampled_from(["", *(f"900-12-{4820 + number}" for number in range(5))]),
    "email": st.sampled_from(["", "ann@example.org", "lee@example.org"]),
    "deceased": st.sampled_from(["", "true", "false"]),
}


@st.composite
def files(draw: st.DrawFn) -> list[str]:
    """Rows with ids of their own and, mostly, SSNs of their own."""
    ids = draw(st.lists(st.integers(1, 9), min_size=1, max_size=9, unique=True))
    return [",".join([str(number), *(draw(cell) for cell in CELLS.values())]) for number in ids]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=files(), wrong=files(), more=files())
def test_a_file_that_is_undone_leaves_every_table_as_the_file_before_it_did(
    before: list[str],
    wrong: list[str],
    more: list[str],
    run: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parse, "BATCH", 3)
    EducatorRecord.objects.all().delete()
    Run.objects.all().delete()
    run(*before)
    stood = stands()
    run(*wrong)
    changed = newest()
    undone = undo()
    assert stands() == stood
    assert (undone.removed, undone.restored) == (changed.created, changed.updated)
    assert not NotUndone.objects.exists()
    # And what follows is as if nothing had been between.
    run(*more)
    undo()
    assert stands() == stood


def test_the_log_says_what_was_undone_and_by_whom(run: Callable[..., Ran]) -> None:
    run(MARIA)
    run(MARIA.replace("Lopez", "Garcia"), "8,Ann,Lee,,1970-01-02,900-12-4822,,")
    record_ids = {each.staff_unique_id: str(each.pk) for each in EducatorRecord.objects.all()}
    undo()
    told = AuditEvent.objects.filter(code="records.record_undone", by="tests")
    assert {(event.subject, event.keys["removed"]) for event in told} == {
        (f"record:{record_ids['7']}", False),
        (f"record:{record_ids['8']}", True),
    }
    whole = AuditEvent.objects.get(code="records.import_undone")
    assert (whole.keys["removed"], whole.keys["restored"], whole.keys["left"]) == (1, 1, 0)
    assert chain_state().broken_at is None
    assert found("Maria", "Lopez") == (Outcome.ONE, "7")
    assert found("Ann", "Lee", born="1970-01-02", last4="4822") == (Outcome.NONE, None)


def test_what_stood_before_is_sealed_and_forgotten_after_a_day(run: Callable[..., Ran]) -> None:
    run(MARIA)
    run(MARIA.replace("Lopez", "Garcia"))
    kept = b"".join(bytes(batch.before_sealed or b"") for batch in UndoBatch.objects.all())
    assert kept
    assert b"Lopez" not in kept
    assert b"maria@" not in kept
    assert forget_before_images(by="tests") == 0
    UndoBatch.objects.update(at=timezone.now() - timedelta(hours=25))
    Run.objects.update(started_at=timezone.now() - timedelta(hours=25))
    assert forget_before_images(by="tests") == 2
    with pytest.raises(TooLate):
        undo()


def test_nothing_is_undone_twice(run: Callable[..., Ran]) -> None:
    run(MARIA)
    undo()
    with pytest.raises(TooLate):
        undo()
    assert not EducatorRecord.objects.exists()


def test_an_undoing_that_was_killed_goes_on_and_so_does_one_of_a_half_loaded_file(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parse, "BATCH", 2)
    lines = [f"{number},Ann,Lee,,1985-03-14,900-12-{4820 + number},," for number in range(1, 8)]
    real, batches = apply.apply_batch, iter(range(9))

    def stops_at_the_third(**arguments: Any) -> Any:
        if next(batches) == 3:
            raise KeyboardInterrupt
        return real(**arguments)

    monkeypatch.setattr(load, "apply_batch", stops_at_the_third)
    assert run(*lines).status == 130
    assert EducatorRecord.objects.count() == 6

    def killed(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo_run(run_id=newest().pk, source="import", reason="wrong_file", on_progress=killed, by="tests")
    assert EducatorRecord.objects.count() == 4
    assert undo().removed == 6
    assert not EducatorRecord.objects.exists()


def test_somebody_who_waits_gets_her_number_back(run: Callable[..., Ran]) -> None:
    account = get_user_model().objects.create(username="mlopez", email="home@example.net")
    stated = StatedIdentity.objects.create(account=account, first_name="Maria", last_surname="Lopez")
    keys = record_keys(birth_date=date(1985, 3, 14), last4="4821", ssn="900124821")
    IdentityKey.objects.bulk_create(identity_key_rows(keys, stated_id=stated.pk))
    stood = stands()
    run(MARIA)
    assert IdentityKey.objects.get(kind="ssn").stated_id is None
    undo()
    assert stands() == stood


# --- What is left -------------------------------------------------------------------------------------------------


def record_of(staff_unique_id: str) -> EducatorRecord:
    return EducatorRecord.objects.get(staff_unique_id=staff_unique_id)


def held(staff_unique_id: str) -> None:
    account = get_user_model().objects.create(
        username=f"u{uuid4().hex[:8]}", email=f"{uuid4().hex}@example.org"
    )
    hold_record(
        record_id=record_of(staff_unique_id).pk,
        account_id=account.pk,
        level=AssuranceLevel.PROVISIONAL,
        because=["last4"],
        by="tests",
    )


def in_a_case(staff_unique_id: str) -> None:
    open_case(
        kind=CaseKind.SEVERAL,
        account_id=None,
        record_ids=[record_of(staff_unique_id).pk],
        because=[],
        by="tests",
    )


def corrected(staff_unique_id: str) -> None:
    correct_record(record_id=record_of(staff_unique_id).pk, changes=Changes(first_name="Mia"), by="tests")


def imported_again(staff_unique_id: str) -> None:
    path = Path("/dev/shm") / f"{uuid4().hex}.csv"  # noqa: S108 - of the test, and gone with it
    path.write_text(f"staff_unique_id,email\n{staff_unique_id},new@example.org\n", encoding="utf-8")
    Ran(str(path), "--apply")
    path.unlink()


@pytest.mark.parametrize(
    ("built", "why"),
    [
        (held, BuiltOn.HELD),
        (in_a_case, BuiltOn.CASE),
        (corrected, BuiltOn.CHANGED),
        (imported_again, BuiltOn.CHANGED),
    ],
)
@pytest.mark.parametrize("staff_unique_id", ["7", "8"])  # changed by the import, created by it
def test_what_something_was_built_on_is_left_and_the_rest_undone(
    run: Callable[..., Ran], built: Callable[[str], None], why: BuiltOn, staff_unique_id: str
) -> None:
    run(MARIA)
    run(MARIA.replace("Lopez", "Garcia"), "8,Ann,Lee,,1970-01-02,900-12-4822,,", "9,Bo,Hill,,1971-01-02,,,")
    wrong = newest()
    built(staff_unique_id)
    undo(wrong)
    assert left() == {staff_unique_id: why}
    remaining = {"7", staff_unique_id}
    assert set(EducatorRecord.objects.values_list("staff_unique_id", flat=True)) == remaining
    assert record_of("7").last_surname == ("Garcia" if staff_unique_id == "7" else "Lopez")


def test_a_record_that_came_of_a_merge_is_left_for_what_files_said_of_it_is_not_set_back(
    run: Callable[..., Ran],
) -> None:
    run(MARIA, "8,Mary,Lopez,,1985-03-14,,,")
    merge_records(
        first_id=record_of("7").pk,
        second_id=record_of("8").pk,
        choices=Choices(survivor=Side.FIRST, facts=dict.fromkeys(FACTS_OF_MERGE, Side.FIRST)),
        reason=MergeReason.FACTS_AGREE,
        case_id=None,
        by="account:staff",
    )
    run("8,,,,,,other@example.org,", "9,Bo,Hill,,1971-01-02,,,")
    undo()
    assert left() == {"7": BuiltOn.MERGED}
    assert not EducatorRecord.objects.filter(staff_unique_id="9").exists()


def test_what_was_there_before_the_import_is_in_nobodys_way(run: Callable[..., Ran]) -> None:
    run(MARIA)
    held("7")
    in_a_case("7")
    run(MARIA.replace("Lopez", "Garcia"))
    undo()
    assert left() == {}
    assert record_of("7").last_surname == "Lopez"


def test_a_number_that_moved_to_somebody_who_is_left_stays_with_her(run: Callable[..., Ran]) -> None:
    run(MARIA, "8,Ann,Lee,,1970-01-02,,,")
    run(MARIA.replace("4821", "4829"), "8,,,,,900-12-4821,,")
    corrected("8")
    undo(Run.objects.order_by("started_at").last())
    assert left() == {"7": BuiltOn.SSN_TAKEN, "8": BuiltOn.CHANGED}
    assert IdentityKey.objects.filter(kind="ssn").count() == 2
