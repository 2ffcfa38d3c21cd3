"""`kecs import FILE.csv` from the command line to the tables, on whichever database the tests run."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.utils import timezone

from kecs.audit.models import AuditEvent
from kecs.matching.decide import Claim, Outcome
from kecs.pii.fields import unseal_from
from kecs.records.models import (
    EducatorRecord,
    Holding,
    IdentityKey,
)
from kecs.records.queries import candidates_for_new, candidates_near
from tests.factories.imports import DEMO_TOWN, HEADER, MARIA, Ran, found, tables

pytestmark = pytest.mark.django_db


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
    Holding.objects.create(record=record, account=account, level=0, held_by=f"account:{account.pk}")
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
