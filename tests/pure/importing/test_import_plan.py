"""What a row does to a record: create, update, nothing or be rejected; nothing on file is ever lost by it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.names import OtherName
from kecs.records.importing.plan import Plan, PlanOutcome, plan
from kecs.records.importing.rows import ImportRow, OnFile

MARIA = OnFile(
    first_name="Maria",
    last_surname="Lopez",
    birth_date=date(1985, 3, 14),
    ssn="900124821",
    email="maria@example.org",
)


def planned(on_file: OnFile | None = MARIA, *, ssn_owner: str | None = None, **values: Any) -> Plan:
    return plan(ImportRow(staff_unique_id="7", **values), on_file=on_file, ssn_owner=ssn_owner)


def test_an_unknown_id_creates_a_record() -> None:
    result = planned(None, first_name="Maria", ssn="4821", other_names=(OtherName(last_surname="Stone"),))
    assert result.outcome is PlanOutcome.CREATE
    assert result.after.ssn == "4821"
    assert result.added_names == {OtherName(last_surname="Stone")}


def test_the_same_row_changes_nothing() -> None:
    result = planned(first_name="Maria", last_surname="Lopez", birth_date=date(1985, 3, 14), ssn="900124821")
    assert result.outcome is PlanOutcome.SAME


def test_blank_cells_erase_nothing() -> None:
    result = planned()
    assert (result.outcome, result.after) == (PlanOutcome.SAME, MARIA)


def test_a_new_surname_keeps_the_former_one() -> None:
    result = planned(last_surname="Garcia")
    assert result.outcome is PlanOutcome.UPDATE
    assert set(result.changes) == {"last_surname", "other_names"}
    assert result.added_names == {OtherName(first_name="Maria", last_surname="Lopez")}
    again = plan(ImportRow(staff_unique_id="7", last_surname="Garcia"), on_file=result.after, ssn_owner=None)
    assert again.outcome is PlanOutcome.SAME


def test_a_new_first_name_keeps_the_former_one() -> None:
    assert planned(first_name="Dana").added_names == {OtherName(first_name="Maria", last_surname="Lopez")}


@pytest.mark.parametrize("surname", ["López", "LOPEZ", "Lopez Jr."])
def test_an_accent_put_right_is_no_former_name(surname: str) -> None:
    assert planned(last_surname=surname).changes == ("last_surname",)


def test_a_name_where_there_was_none_is_no_former_name() -> None:
    assert planned(OnFile(last_surname="Lopez"), first_name="Maria").added_names == frozenset()


def test_other_names_add_up_and_the_present_name_is_not_one() -> None:
    before = replace(MARIA, other_names=frozenset({OtherName(last_surname="Stone")}))
    present = OtherName(first_name="Maria", last_surname="Lopez")
    result = planned(before, other_names=(OtherName(last_surname="Webb"), present))
    assert result.after.other_names == {OtherName(last_surname="Stone"), OtherName(last_surname="Webb")}
    assert result.added_names == {OtherName(last_surname="Webb")}


@pytest.mark.parametrize(
    ("on_file", "in_row", "kept"),
    [
        ("900124821", "4821", "900124821"),  # the whole number is worth more than its end
        ("4821", "900124821", "900124821"),
        ("4821", "900127719", "900127719"),
        ("900124821", "900127719", "900127719"),  # a correction
        ("4821", "7719", "7719"),
        ("", "4821", "4821"),
        ("900124821", "", "900124821"),
    ],
)
def test_which_ssn_is_kept(on_file: str, in_row: str, kept: str) -> None:
    result = planned(replace(MARIA, ssn=on_file), ssn=in_row)
    assert result.after.ssn == kept
    assert ("ssn" in result.changes) == (on_file != kept)


def test_an_ending_that_contradicts_the_whole_number_is_rejected() -> None:
    result = planned(ssn="7719")
    assert result.outcome is PlanOutcome.REJECT
    assert result.problem is not None
    assert (result.problem.column, result.problem.code) == ("ssn_last4", "ssn_last4_differs_from_file")


@pytest.mark.parametrize("on_file", [None, MARIA])
def test_an_ssn_on_file_under_another_id_is_rejected(on_file: OnFile | None) -> None:
    result = planned(on_file, ssn="900127719", ssn_owner="8")
    assert result.outcome is PlanOutcome.REJECT
    assert result.problem is not None
    assert result.problem.code == "ssn_on_file_elsewhere"
    assert "7719" not in result.problem.reason


def test_an_ssn_on_file_under_the_same_id_is_no_conflict() -> None:
    assert planned(ssn="900124821", ssn_owner="7").outcome is PlanOutcome.SAME


@pytest.mark.parametrize(
    ("values", "identity"),
    [
        ({"email": "new@example.org"}, False),
        ({"deceased": True}, False),
        ({"middle_name": "Elena"}, True),
        ({"birth_date": date(1985, 3, 15)}, True),
        ({"other_names": (OtherName(last_surname="Webb"),)}, True),
    ],
)
def test_what_changes_the_identity(values: dict[str, Any], identity: bool) -> None:
    result = planned(**values)
    assert result.outcome is PlanOutcome.UPDATE
    assert result.changes_identity is identity


NAMES = st.sampled_from(["", "Maria", "María", "Dana", "Lopez"])
OTHERS = st.builds(OtherName, first_name=NAMES, last_surname=NAMES.filter(bool))
SSNS = st.sampled_from(["", "4821", "7719", "900124821", "900127719"])
ROWS = st.builds(
    ImportRow,
    staff_unique_id=st.just("7"),
    first_name=NAMES,
    last_surname=NAMES,
    other_names=st.lists(OTHERS, max_size=2).map(tuple),
    birth_date=st.sampled_from([None, date(1985, 3, 14), date(1985, 3, 15)]),
    ssn=SSNS,
    deceased=st.sampled_from([None, True, False]),
)
FILES = st.builds(
    OnFile,
    first_name=NAMES,
    last_surname=NAMES,
    other_names=st.frozensets(OTHERS, max_size=2),
    birth_date=st.sampled_from([None, date(1985, 3, 14)]),
    ssn=SSNS,
    deceased=st.booleans(),
)


@given(ROWS, st.none() | FILES)
def test_a_row_applied_twice_changes_nothing_the_second_time(row: ImportRow, on_file: OnFile | None) -> None:
    first = plan(row, on_file=on_file, ssn_owner=None)
    if first.outcome is not PlanOutcome.REJECT:
        second = plan(row, on_file=first.after, ssn_owner=None)
        assert second.outcome is PlanOutcome.SAME
        assert second.added_names == frozenset()


@given(ROWS, FILES)
def test_no_name_and_no_digit_is_ever_lost(row: ImportRow, on_file: OnFile) -> None:
    after = plan(row, on_file=on_file, ssn_owner=None).after
    if after == OnFile():
        return  # rejected
    assert on_file.other_names <= after.other_names
    unaccented = {name.replace("í", "i") for name in known_surnames(after)}
    assert on_file.last_surname.replace("í", "i") in unaccented | {""}
    assert len(after.ssn) >= len(on_file.ssn)


def known_surnames(record: OnFile) -> set[str]:
    return {record.last_surname, *(name.last_surname for name in record.other_names)}
