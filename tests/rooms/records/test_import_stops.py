"""Imports that stop, are killed, meet each other or meet people who register: they end as one in peace would."""

import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.db import connections

from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.matching.decide import Outcome
from kecs.matching.keys import record_keys
from kecs.pii.fields import the_keyring
from kecs.pii.keyring import Keyring
from kecs.records.importing import apply, load, parse, reading
from kecs.records.importing.prepare import Prepared
from kecs.records.importing.stored import Stored
from kecs.records.importing.workers import WorkerFailed, Workers
from kecs.records.index import identity_key_rows
from kecs.records.models import (
    EducatorRecord,
    IdentityKey,
    LinkageKey,
    Run,
    StatedIdentity,
)
from tests.factories.imports import DEMO_TOWN, HEADER, MARIA, Ran, found, tables

pytestmark = pytest.mark.django_db


def many(count: int) -> list[str]:
    return [
        f"{number},Ann,Lee,,1985-03-14,900-{10 + number // 9000:02}-{1000 + number % 9000},,"
        for number in range(count)
    ]


@pytest.fixture
def stops(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Ctrl-C before the batch of this number, in batches of ten; 0 for never."""
    real = apply.apply_batch
    monkeypatch.setattr(parse, "BATCH", 10)

    def stop_before(number: int) -> None:
        batches: list[Any] = []

        def apply_batch(**arguments: Any) -> Any:
            batches.append(arguments)
            if len(batches) == number:
                raise KeyboardInterrupt
            return real(**arguments)

        monkeypatch.setattr(load, "apply_batch", apply_batch)

    return stop_before


def test_a_run_that_stops_half_way_is_finished_by_the_next(
    run: Callable[..., Ran], stops: Callable[[int], None]
) -> None:
    stops(3)
    ran = run(*many(45))
    assert ran.status == 130
    assert "again" in ran.err
    assert EducatorRecord.objects.count() == 20
    stops(0)
    ran = run(*many(45))
    assert (ran.counts["rows read"], ran.counts["created"], ran.counts["unchanged"]) == (45, 45, 0)
    assert AuditEvent.objects.count() == EducatorRecord.objects.count() == 45
    assert [(each.read, each.whole) for each in Run.objects.all()] == [(45, True)]


def test_what_was_rejected_before_a_stop_is_in_the_report_of_the_next_run(
    run: Callable[..., Ran], stops: Callable[[int], None], tmp_path: Path
) -> None:
    lines = [*many(45), *many(5)]
    lines[3] = "3x,Ann,Lee,,1985-14-03,,,"
    report = tmp_path / "rejects.csv"
    stops(3)
    run(*lines)
    stops(0)
    ran = run(*lines, options=("--apply", "--rejects", str(report)))
    with report.open(encoding="utf-8-sig", newline="") as file:
        told = [(int(row["line"]), row["code"]) for row in csv.DictReader(file)]
    assert told[:3] == [(2, "id_repeated"), (2, "ssn_repeated"), (3, "id_repeated")]
    assert (5, "birth_date_no_such_month") in told
    assert len(told) == len(set(told)) == sum(count for code, count in ran.counts.items() if "_" in code)
    assert ran.counts["rejected"] == len({line for line, _code in told})


def test_a_half_loaded_file_begins_anew_once_another_was_loaded(
    run: Callable[..., Ran], stops: Callable[[int], None]
) -> None:
    stops(3)
    run(*many(45))
    stops(0)
    run(many(45)[0].replace("Lee", "Cole"))
    assert run(*many(45)).counts["updated"] == 1
    assert EducatorRecord.objects.get(staff_unique_id="0").last_surname == "Lee"


def test_a_file_that_changes_while_it_is_loaded_is_refused(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = apply.begin_run

    def grows(**arguments: Any) -> Any:
        monkeypatch.setattr(load, "_stamp_of", lambda _path: (0, 0))
        return real(**arguments)

    monkeypatch.setattr(load, "begin_run", grows)
    with pytest.raises(CommandError, match="was changed while"):
        run(MARIA)
    assert not EducatorRecord.objects.exists()


def test_a_batch_that_fails_leaves_nothing_of_itself(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tables()

    def breaks(**_arguments: Any) -> None:
        raise RuntimeError("the audit log is full")

    monkeypatch.setattr(apply, "record_for_each", breaks)
    with pytest.raises(RuntimeError):
        run(MARIA)
    assert tables() == before


def test_a_record_that_changed_since_it_was_read_is_read_again(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch is prepared ahead; before it is written, somebody corrects the record."""
    run(MARIA)
    real = apply._until_it_stands

    def corrected_first(write: Any) -> Any:
        EducatorRecord.objects.update(middle_name="Inés", identity_version=2)
        return real(write)

    monkeypatch.setattr(apply, "_until_it_stands", corrected_first)
    assert run(MARIA.replace("Lopez", "Garcia")).counts["updated"] == 1
    record = EducatorRecord.objects.get()
    assert (record.middle_name, record.last_surname, record.identity_version) == ("Inés", "Garcia", 3)
    assert AuditEvent.objects.count() == 2


def test_somebody_who_waits_gives_her_number_up_to_the_record_that_brings_it(run: Callable[..., Ran]) -> None:
    account = get_user_model().objects.create(username="mlopez", email="home@example.net")
    stated = StatedIdentity.objects.create(account=account, first_name="Maria", last_surname="Lopez")
    keys = record_keys(birth_date=date(1985, 3, 14), last4="4821", ssn="900124821")
    IdentityKey.objects.bulk_create(identity_key_rows(keys, stated_id=stated.pk))
    assert run(MARIA).counts["created"] == 1
    record = EducatorRecord.objects.get()
    owners = {(key.kind, key.record_id, key.stated_id) for key in IdentityKey.objects.all()}
    assert owners == {
        ("ssn", record.pk, None),
        ("birth_date+last4", record.pk, None),
        ("birth_date+last4", None, stated.pk),
    }


def test_an_ssn_on_file_under_an_older_key_is_found_all_the_same(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(MARIA)
    old = the_keyring()
    new = Keyring(label=old.label, current=2, roots={**old.roots, 2: bytes(range(32))})
    for module in ("kecs.pii.fields", "kecs.records.importing.prepare", "kecs.records.index"):
        monkeypatch.setattr(f"{module}.the_keyring", lambda: new)
    assert run("8,Maria,Lopez,,1985-03-14,900-12-4821,,").counts["ssn_on_file_elsewhere"] == 1
    assert run(MARIA.replace("1985-03-14", "1985-03-15")).counts["updated"] == 1
    assert set(IdentityKey.objects.values_list("key_id", flat=True)) == {2}
    assert set(LinkageKey.objects.values_list("key_id", flat=True)) == {2}


def test_signs_that_a_copy_takes_for_its_own_are_kept(run: Callable[..., Ran]) -> None:
    suffixes = ["\\N", "\\", "a\\tb", "\\.", "'", "%s"]
    run(
        *[f"{number},Ann,{suffix}" for number, suffix in enumerate(suffixes)],
        header="staff_unique_id,first_name,generation_code_suffix",
    )
    kept = EducatorRecord.objects.order_by("staff_unique_id").values_list("generation_code_suffix", flat=True)
    assert list(kept) == suffixes


def test_somebody_who_registers_meanwhile_is_met_on_the_second_try(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and writing, another connection creates a record with the same SSN."""
    run("8,Carl,Webb,,1970-01-02,900-12-4821,,")
    real, looks = Stored.ssn_owner, []

    def blind_at_first(stored: Any, ssn: str) -> str | None:
        looks.append(ssn)
        return None if len(looks) == 1 else real(stored, ssn)

    monkeypatch.setattr(Stored, "ssn_owner", blind_at_first)
    ran = run(MARIA)
    assert len(looks) == 2
    assert ran.counts["ssn_on_file_elsewhere"] == 1
    assert EducatorRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_make_each_record_once() -> None:
    def load_the_town(_number: int) -> dict[str, int]:
        try:
            return Ran(str(DEMO_TOWN), "--apply").counts
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(load_the_town, range(2)))
    people = EducatorRecord.objects.count()
    # Both worked on the same run, or the second found it ended and everything as it should be.
    assert [counts["created"] + counts["unchanged"] for counts in both] == [people, people]
    assert people in [counts["created"] for counts in both]
    assert AuditEvent.objects.count() == people
    assert chain_state().broken_at is None


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_files_that_overlap_make_each_record_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parse, "BATCH", 20)
    lines = many(400)
    files = [lines[:300], list(reversed(lines[100:]))]

    def load_a_file(number: int) -> dict[str, int]:
        path = tmp_path / f"{number}.csv"
        path.write_text("\n".join([HEADER, *files[number]]) + "\n", encoding="utf-8")
        try:
            return Ran(str(path), "--apply").counts
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(load_a_file, range(2)))
    assert EducatorRecord.objects.count() == AuditEvent.objects.count() == 400
    assert sum(counts["created"] for counts in both) == 400
    assert sum(counts["unchanged"] for counts in both) == 200
    assert IdentityKey.objects.count() == 800
    assert chain_state().broken_at is None


@pytest.mark.django_db(transaction=True)
def test_several_processes_load_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.csv"
    lines = many(6_000)
    lines[10], lines[5_000] = lines[10].replace("Lee", "L33"), lines[4_000]
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    monkeypatch.setattr(load, "WORTH_PROCESSES", 1)
    planned = Ran(str(path), "--processes", "2").counts
    ran = Ran(str(path), "--apply", "--processes", "2")
    assert (ran.counts["created"], ran.counts["rejected"]) == (5_997, 3)
    assert (planned["would be created"], planned["rejected"]) == (5_997, 3)
    assert found("Ann", "Lee", last4=many(6_000)[777][-6:-2]) == (Outcome.ONE, "777")
    assert EducatorRecord.objects.count() == AuditEvent.objects.count() == 5_997
    assert chain_state().broken_at is None
    assert Ran(str(path), "--apply", "--processes", "1").counts["unchanged"] == 5_997


def test_what_was_prepared_too_early_is_prepared_again(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All blocks are prepared before the first is written, and meanwhile somebody corrects a record."""
    people = many(8)
    run(*people)

    def answers(workers: Any, tasks: Any) -> Any:
        prepared = [workers._here(task) for task in tasks]
        if isinstance(prepared[0], Prepared):
            EducatorRecord.objects.filter(staff_unique_id="5").update(middle_name="Inés", identity_version=2)
        yield from prepared

    monkeypatch.setattr(Workers, "answers", answers)
    monkeypatch.setattr(Workers, "ahead", True)
    monkeypatch.setattr(parse, "BATCH", 2)
    people[0] = people[0].replace("900-10-1000", "900-99-1000")
    people[5] = people[5].replace("Lee", "Cole")
    # The first number of the file is free once the first block is written.
    ran = run(*people[:2], "9,Eve,Orr,,1985-03-15,900-10-1000,,", *people[2:], *many(12)[10:])
    assert (ran.counts["created"], ran.counts["updated"], ran.counts["unchanged"]) == (3, 2, 6)
    assert ran.counts["rejected"] == 0
    corrected = EducatorRecord.objects.get(staff_unique_id="5")
    assert (corrected.middle_name, corrected.last_surname, corrected.identity_version) == ("Inés", "Cole", 3)
    assert AuditEvent.objects.count() == 8 + 5
    assert chain_state().broken_at is None


def test_a_worker_that_fails_says_where_and_not_with_what(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text(f"{HEADER}\n{MARIA}\n", encoding="utf-8")
    arguments = (path, date(2026, 11, 23), True)
    with Workers(count=1, maker=reading.MAKER, arguments=arguments) as workers:
        with pytest.raises(WorkerFailed, match=r"AttributeError in .*\.py:\d+"):
            list(workers.answers(["900-12-4821"]))
        block = parse.Block(offset=len(HEADER) + 1, size=len(MARIA) + 1, first_line=2, lines=1)
        assert [looked.rows for looked in workers.answers([block] * 5)] == [1] * 5
