"""`kecs import FILE.csv` from the command line to the tables, on whichever database the tests run."""

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

import kecs.records
from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.matching.decide import Claim, Outcome, decide
from kecs.matching.keys import record_keys
from kecs.pii.fields import the_keyring, unseal_from
from kecs.pii.keyring import Keyring
from kecs.records.importing import apply, load, parse
from kecs.records.importing.stored import Stored
from kecs.records.importing.workers import WorkerFailed, Workers
from kecs.records.index import identity_key_rows
from kecs.records.models import (
    EducatorRecord,
    Holding,
    IdentityKey,
    LinkageKey,
    OtherName,
    Run,
    StatedIdentity,
)
from kecs.records.queries import candidates_for, candidates_for_new, candidates_near

pytestmark = pytest.mark.django_db

DEMO_TOWN = Path(kecs.records.__file__).parent / "demo_town.csv"
HEADER = "staff_unique_id,first_name,last_surname,other_names,birth_date,ssn,email,deceased"
MARIA = "7,Maria,Lopez,,1985-03-14,900-12-4821,maria@example.org,false"


class Ran:
    """What one run printed and how it ended."""

    def __init__(self, *arguments: str) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.status: int | None = 0
        try:
            call_command("import_records", *arguments, stdout=out, stderr=err)
        except SystemExit as stopped:
            self.status = stopped.code  # type: ignore[assignment]
        self.counts = {
            line.rsplit(maxsplit=1)[0].strip(): int(line.rsplit(maxsplit=1)[1].replace(",", ""))
            for line in out.getvalue().splitlines()
            if line and line[-1].isdigit()
        }
        self.out, self.err = out.getvalue(), err.getvalue()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    """Write a file of these lines under the header, and import it."""

    def write_and_run(*lines: str, header: str = HEADER, options: tuple[str, ...] = ("--apply",)) -> Ran:
        path = tmp_path / "records.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return Ran(str(path), *options)

    return write_and_run


def tables() -> dict[str, list[tuple[Any, ...]]]:
    """The whole content of every table that an import may touch."""
    contents = {}
    for model in (EducatorRecord, OtherName, IdentityKey, AuditEvent, Holding):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608 - our own table names
            contents[model.__name__] = sorted(map(repr, cursor.fetchall()))
    return contents  # type: ignore[return-value]


def found(
    first: str, last: str, *, born: str = "1985-03-14", last4: str = "4821"
) -> tuple[Outcome, str | None]:
    claim = Claim(first_name=first, last_surname=last, birth_date=date.fromisoformat(born), last4=last4)
    decision = decide(claim, candidates_for(claim), population=300_000)
    if decision.outcome in {Outcome.NONE, Outcome.SEVERAL}:
        return decision.outcome, None
    (record_id,) = decision.record_ids
    return decision.outcome, EducatorRecord.objects.get(pk=record_id).staff_unique_id


# --- Dry run, apply, again ---------------------------------------------------------------------------------------


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(run: Callable[..., Ran]) -> None:
    before = tables()
    ran = run(MARIA, options=())
    assert ran.counts == {
        "rows read": 1,
        "would be created": 1,
        "would be updated": 0,
        "unchanged": 0,
        "rejected": 0,
    }
    assert "nothing was changed" in ran.out
    assert tables() == before


def test_a_record_is_loaded_sealed_and_can_be_found(run: Callable[..., Ran]) -> None:
    assert run(MARIA).counts["created"] == 1
    record = EducatorRecord.objects.get(staff_unique_id="7")
    assert (record.first_name, record.last_surname, record.contact_email) == (
        "Maria",
        "Lopez",
        "maria@example.org",
    )
    assert unseal_from(record, "birth_date_sealed") == "1985-03-14"
    assert unseal_from(record, "ssn_sealed") == "900124821"
    assert found("maria", "LOPEZ") == (Outcome.ONE, "7")
    stored = repr(tables())
    for secret in ("900124821", "900-12-4821", "1985-03-14"):
        assert secret not in stored


def test_the_same_file_twice_changes_nothing() -> None:
    assert Ran(str(DEMO_TOWN), "--apply").status == 0
    before = tables()
    ran = Ran(str(DEMO_TOWN), "--apply")
    assert ran.counts["unchanged"] == ran.counts["rows read"] == EducatorRecord.objects.count()
    assert tables() == before


def test_the_demo_town_has_somebody_for_every_branch() -> None:
    Ran(str(DEMO_TOWN), "--apply")
    assert found("Maria", "Lopez") == (Outcome.ONE, "100101")
    assert found("Bob", "Hall", born="1972-11-02", last4="1046") == (Outcome.ONE, "100102")
    assert found("Katie", "Smith", born="1990-07-21", last4="7752") == (Outcome.ONE, "100103")
    assert found("Jose", "Nunez", born="1988-01-30", last4="3318") == (Outcome.ONE, "100104")
    assert found("Ruth", "Hammond", born="1944-12-31", last4="2984") == (Outcome.NONE, None)
    assert found("Samantha", "Pruitt", born="1992-05-11", last4="1275") == (Outcome.SEVERAL, None)
    assert found("Anna", "Reed", born="1996-06-18", last4="4411") == (Outcome.NONE, None)


# --- Updates -----------------------------------------------------------------------------------------------------


def test_a_changed_name_is_updated_and_the_former_one_still_finds_her(run: Callable[..., Ran]) -> None:
    run(MARIA)
    ran = run(MARIA.replace("Lopez", "Garcia"))
    assert ran.counts["updated"] == 1
    record = EducatorRecord.objects.get(staff_unique_id="7")
    assert (record.last_surname, record.identity_version) == ("Garcia", 2)
    assert [(name.first_name, name.last_surname) for name in record.other_names.all()] == [("Maria", "Lopez")]
    assert found("Maria", "Garcia") == found("Maria", "Lopez") == (Outcome.ONE, "7")
    assert run(MARIA.replace("Lopez", "Garcia")).counts["unchanged"] == 1


def test_a_corrected_birth_date_and_ssn_move_the_keys(run: Callable[..., Ran]) -> None:
    run(MARIA)
    run(MARIA.replace("1985-03-14", "1985-03-15").replace("900-12-4821", "900-12-7719"))
    assert found("Maria", "Lopez") == (Outcome.NONE, None)
    assert found("Maria", "Lopez", born="1985-03-15", last4="7719") == (Outcome.ONE, "7")
    # The number that was given up is free for somebody else.
    assert run("8,Carl,Webb,,1970-01-02,900-12-4821,,").counts["created"] == 1


def test_a_new_address_changes_no_identity(run: Callable[..., Ran]) -> None:
    run(MARIA)
    keys = tables()["IdentityKey"]
    run(MARIA.replace("maria@", "m.lopez@"))
    record = EducatorRecord.objects.get(staff_unique_id="7")
    assert (record.contact_email, record.identity_version) == ("m.lopez@example.org", 1)
    assert tables()["IdentityKey"] == keys


def test_blank_cells_erase_nothing(run: Callable[..., Ran]) -> None:
    run(MARIA)
    before = tables()
    assert run("7,,,,,,,").counts["unchanged"] == 1
    assert tables() == before


def test_two_records_exchange_their_ssns(run: Callable[..., Ran]) -> None:
    run(MARIA, "8,Carl,Webb,,1970-01-02,900-12-7719,,")
    run("7,,,,,900-40-1111,,")
    ran = run("8,,,,,900-12-4821,,", "7,,,,,900-12-7719,,")
    assert ran.counts["updated"] == 2
    assert found("Maria", "Lopez", last4="7719") == (Outcome.ONE, "7")


def test_a_holder_and_what_she_holds_are_left_alone(run: Callable[..., Ran]) -> None:
    run(MARIA)
    record = EducatorRecord.objects.get(staff_unique_id="7")
    account = get_user_model().objects.create(username="mlopez", email="home@example.net")
    Holding.objects.create(record=record, account=account, level=1, held_by=f"account:{account.pk}")
    run(MARIA.replace("maria@", "school@"))
    account.refresh_from_db()
    assert account.email == "home@example.net"
    assert Holding.objects.get(released_at=None).account_id == account.pk
    assert found("Maria", "Lopez") == (Outcome.HELD, "7")


# --- Audit -------------------------------------------------------------------------------------------------------


def test_each_change_is_on_the_log_with_the_name_of_the_import(run: Callable[..., Ran]) -> None:
    run(MARIA)
    run(MARIA.replace("Lopez", "Garcia"))
    run(MARIA.replace("Lopez", "Garcia"))
    created, changed = AuditEvent.objects.order_by("sequence")
    assert (created.code, changed.code) == ("records.record_created", "records.record_changed")
    assert created.by == changed.by == "system:import_records"
    assert created.keys["source"].startswith("import of records.csv (")
    assert changed.keys["source"] != created.keys["source"]  # another content
    assert set(changed.keys["columns"]) == {"last_surname", "other_names"}
    assert created.subject == changed.subject == f"record:{EducatorRecord.objects.get().pk}"


# --- Rejections --------------------------------------------------------------------------------------------------


def test_good_rows_are_loaded_and_bad_ones_told(run: Callable[..., Ran], tmp_path: Path) -> None:
    report = tmp_path / "rejects.csv"
    ran = run(
        MARIA,
        "8,Carl,Webb,,1985-13-14,900-12-7719,,",
        ",Dana,Stone,,1985-03-14,,,",
        "9,Eve,Cole,,1985-03-14,900-12-77,not an address,maybe",
        options=("--apply", "--rejects", str(report)),
    )
    assert ran.status == 1
    assert ran.counts["created"] == 1
    assert ran.counts["rejected"] == 3
    assert ran.counts["ssn_wrong_length"] == 1
    with report.open(encoding="utf-8-sig", newline="") as file:
        told = [
            (row["line"], row["staff_unique_id"], row["column"], row["code"]) for row in csv.DictReader(file)
        ]
    assert told == [
        ("3", "8", "birth_date", "birth_date_no_such_month"),
        ("4", "", "staff_unique_id", "id_missing"),
        ("5", "9", "ssn", "ssn_wrong_length"),
        ("5", "9", "email", "email_shape"),
        ("5", "9", "deceased", "deceased_word"),
    ]
    shown = ran.out + ran.err + report.read_text(encoding="utf-8-sig")
    for secret in ("7719", "900-12", "1985", "Carl", "Stone"):
        assert secret not in shown


def test_an_ssn_on_file_under_another_id_is_rejected(run: Callable[..., Ran]) -> None:
    run(MARIA)
    for options in ((), ("--apply",)):
        ran = run("8,Maria,Lopez,,1985-03-14,900-12-4821,,", options=options)
        assert (ran.status, ran.counts["ssn_on_file_elsewhere"]) == (1, 1)
    assert EducatorRecord.objects.count() == 1


def test_what_stands_twice_in_the_file_is_loaded_neither_time(run: Callable[..., Ran]) -> None:
    ran = run(
        MARIA, MARIA.replace("Lopez", "Stone"), "8,Carl,Webb,,,900-55-1111,,", "9,Eve,Cole,,,900551111,,"
    )
    assert ran.counts["rejected"] == 4
    assert not EducatorRecord.objects.exists()


def test_unknown_columns_are_reported_and_left_out(run: Callable[..., Ran]) -> None:
    ran = run("7,44", header="staff_unique_id,shoe_size")
    assert "shoe_size" in ran.err
    assert ran.counts["created"] == 1


@pytest.mark.parametrize(
    "content", [b"", b"first_name\nAnn\n", "staff_unique_id\n7\n".encode("utf-16"), b"\x00\xff"]
)
def test_a_file_that_is_not_records_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        Ran(str(path), "--apply")
    assert refused.value.returncode == 2


def test_a_file_that_is_not_there_is_refused_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be opened"):
        Ran(str(tmp_path / "nothing.csv"))


def test_the_report_never_overwrites_the_file(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text(f"{HEADER}\n{MARIA}\n", encoding="utf-8")
    with pytest.raises(CommandError, match="overwrite"):
        Ran(str(path), "--rejects", str(path))
    assert path.read_text(encoding="utf-8").count("\n") == 2


def test_never_issued_numbers_are_rejected_in_production(run: Callable[..., Ran], settings: Any) -> None:
    settings.KECS_ALLOW_NEVER_ISSUED_SSN = False
    assert run(MARIA).counts["ssn_never_issued"] == 1


# --- Thin records ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells", ["7,Maria,Lopez,,,,,", "7,Maria,Lopez,,1985-03-14,,,", "7,,,,,900-12-4821,,"]
)
def test_a_thin_record_is_loaded_and_waits_for_more(run: Callable[..., Ran], cells: str) -> None:
    assert run(cells).counts["created"] == 1
    assert found("Maria", "Lopez") == (Outcome.NONE, None)
    assert run(MARIA).counts["updated"] == 1
    assert found("Maria", "Lopez") == (Outcome.ONE, "7")


def test_place_holders_are_kept_but_pool_nobody(run: Callable[..., Ran]) -> None:
    run("7,Maria,Lopez,,1900-01-01,900-12-4821,,", "8,Carl,Lopez,,1900-01-01,900-12-7719,,")
    assert set(IdentityKey.objects.values_list("kind", flat=True)) == {"ssn"}
    both = {record.pk for record in EducatorRecord.objects.all()}
    for last4, ssn in (("4821", "900124821"), ("7719", "900127719")):
        claim = Claim(first_name="Zoe", last_surname="Lopez", birth_date=date(1900, 1, 1), last4=last4)
        near = candidates_near(claim, ssn="900200000", stated_at=timezone.now())
        assert {UUID(str(each.record_id)) for each in near} < both, ssn


def test_near_matches_are_gathered_for_a_new_account(run: Callable[..., Ran]) -> None:
    run("7,Maria,Smith-Jones,,1985-03-14,,,", "8,Mary,Jones,|Cole,,900-44-4821,,")
    claim = Claim(first_name="Maria", last_surname="Jones", birth_date=date(1985, 3, 14), last4="4821")
    assert candidates_for_new(claim, ssn="900124821") == []
    near = candidates_near(claim, ssn="900124821", stated_at=timezone.now())
    assert {each.last_surname for each in near} == {"Smith-Jones", "Jones"}


# --- Stopping and races ------------------------------------------------------------------------------------------


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


def test_a_worker_that_fails_says_where_and_not_with_what(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text(f"{HEADER}\n{MARIA}\n", encoding="utf-8")
    arguments = (path, date(2026, 11, 23), True)
    with Workers(count=1, maker=load.MAKER, arguments=arguments) as workers:
        with pytest.raises(WorkerFailed, match=r"AttributeError in .*\.py:\d+"):
            list(workers.answers(["900-12-4821"]))
        block = parse.Block(offset=len(HEADER) + 1, size=len(MARIA) + 1, first_line=2, lines=1)
        assert [looked.rows for looked in workers.answers([block] * 5)] == [1] * 5
