"""The checks of a row: what passes, and the code of each rejection. No sentence repeats an SSN or a birth date."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.matching.names import OtherName
from kecs.records.importing.checks import CHECKS, problems_of
from kecs.records.importing.parse import COLUMNS, CsvFile, Line
from kecs.records.importing.rejects import RejectsReport
from kecs.records.importing.rows import Background, ImportRow, Problem, row_of
from kecs.records.importing.survey import Survey, fingerprint, look, survey
from kecs.records.spreadsheets import safe_cell

TODAY = date(2026, 11, 23)
BACKGROUND = Background(today=TODAY, allow_never_issued=True)
GOOD = {
    "staff_unique_id": "100101",
    "first_name": "María",
    "middle_name": "Elena",
    "last_surname": "López-Núñez",
    "generation_code_suffix": "Jr.",
    "other_names": "Mary|; |Stone",
    "birth_date": "03/14/1985",
    "ssn": "900-12-4821",
    "ssn_last4": "4821",
    "email": "maria.lopez@example.org",
    "deceased": "false",
}


def codes(background: Background = BACKGROUND, /, **cells: str) -> list[tuple[str, str]]:
    return [(problem.column, problem.code) for problem in problems_of({**GOOD, **cells}, background)]


def test_a_good_row_passes_and_is_read() -> None:
    assert codes() == []
    assert row_of(GOOD, today=TODAY) == ImportRow(
        staff_unique_id="100101",
        first_name="María",
        middle_name="Elena",
        last_surname="López-Núñez",
        generation_code_suffix="Jr.",
        other_names=(OtherName(first_name="Mary"), OtherName(last_surname="Stone")),
        birth_date=date(1985, 3, 14),
        ssn="900124821",
        email="maria.lopez@example.org",
        deceased=False,
    )


def test_an_id_alone_is_a_row() -> None:
    only_id = {"staff_unique_id": " 100101 "}
    assert problems_of(only_id, BACKGROUND) == []
    assert row_of(only_id, today=TODAY) == ImportRow(staff_unique_id="100101")


@pytest.mark.parametrize(
    "cells",
    [
        {"birth_date": "1985-03-14"},
        {"birth_date": "1900-01-01"},
        {"birth_date": "1902-05-05", "deceased": "true"},
        {"ssn": "900124821"},
        {"ssn": "900 12 4821"},
        {"ssn": ""},
        {"ssn": "", "ssn_last4": ""},
        {"deceased": "TRUE"},
        {"deceased": ""},
        {"email": ""},
        {"other_names": ""},
        {"other_names": "Ann|Lee;"},
        {"first_name": "J"},
        {"first_name": "A" * 100},
        {"last_surname": "O’Brien"},
        {"staff_unique_id": "KY-2024/0001.a_b"},
    ],
)
def test_what_may_be_loaded(cells: dict[str, str]) -> None:
    assert codes(**cells) == []


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("staff_unique_id", "", "id_missing"),
        ("staff_unique_id", "   ", "id_missing"),
        ("staff_unique_id", "1" * 33, "id_unusable"),
        ("staff_unique_id", "10 01", "id_unusable"),
        ("staff_unique_id", "=1+1", "id_unusable"),
        ("staff_unique_id", "１００", "id_unusable"),
        ("first_name", "Ma\x00ria", "unsafe_character"),
        ("first_name", "Ma\tria", "unsafe_character"),
        ("last_surname", "\u202ezepol", "unsafe_character"),
        ("last_surname", "\u3164", "unsafe_character"),
        ("email", "a\u200b@example.org", "unsafe_character"),
        ("first_name", "A" * 129, "name_too_long"),
        ("generation_code_suffix", "A" * 11, "too_long"),
        ("email", "a" * 250 + "@example.org", "too_long"),
        ("other_names", "|" + "A" * 129, "name_too_long"),
        ("last_surname", "\u0958" * 128, "name_too_long"),
        ("first_name", "Maria2", "name_digit"),
        ("middle_name", "N/A", "name_symbol"),
        ("last_surname", "Lopez_Stone", "name_symbol"),
        ("last_surname", "-", "name_no_letter"),
        ("other_names", "Stone", "other_names_shape"),
        ("other_names", "A|B|C", "other_names_shape"),
        ("other_names", "|", "other_names_shape"),
        ("other_names", "Ann|St0ne", "name_digit"),
        ("birth_date", "14/03/1985", "birth_date_no_such_month"),
        ("birth_date", "02/30/1985", "birth_date_no_such_day"),
        ("birth_date", "3/14/85", "birth_date_two_digit_year"),
        ("birth_date", "12/31/1899", "birth_date_before_1900"),
        ("birth_date", "2030-01-01", "birth_date_in_future"),
        ("birth_date", "2020-01-01", "birth_date_too_young"),
        ("birth_date", "31121", "birth_date_unreadable"),
        ("birth_date", "unknown", "birth_date_unreadable"),
        ("ssn", "123", "ssn_wrong_length"),
        ("ssn", "12124821", "ssn_wrong_length"),
        ("ssn", "9OO-12-4821", "ssn_not_digits"),
        ("ssn", "-", "ssn_not_digits"),
        ("ssn", "000-12-4821", "ssn_never_issued"),
        ("ssn", "666-12-4821", "ssn_never_issued"),
        ("ssn", "900-00-4821", "ssn_never_issued"),
        ("ssn", "078-05-1120", "ssn_never_issued"),
        ("ssn_last4", "482", "ssn_last4_wrong_length"),
        ("ssn_last4", "48Z1", "ssn_last4_not_digits"),
        ("ssn_last4", "0000", "ssn_last4_never_issued"),
        ("ssn_last4", "1111", "ssn_last4_conflict"),
        ("email", "maria", "email_shape"),
        ("email", "maria@localhost", "email_shape"),
        ("email", "maria lopez@example.org", "email_shape"),
        ("email", "a@b@example.org", "email_shape"),
        ("email", "maria@-example.org", "email_shape"),
        ("email", "a" * 65 + "@example.org", "email_shape"),
        ("deceased", "yes", "deceased_word"),
        ("deceased", "0", "deceased_word"),
    ],
)
def test_what_is_rejected_and_why(column: str, cell: str, code: str) -> None:
    assert (column, code) in codes(**{column: cell})


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    assert codes(staff_unique_id="", birth_date="x", deceased="x") == [
        ("staff_unique_id", "id_missing"),
        ("birth_date", "birth_date_unreadable"),
        ("deceased", "deceased_word"),
    ]


def test_never_issued_areas_are_refused_unless_the_installation_allows_them() -> None:
    production = Background(today=TODAY, allow_never_issued=False)
    assert codes(production) == [("ssn", "ssn_never_issued")]


def surveyed(content: str) -> Survey:
    return survey([look(CsvFile(io.BytesIO(content.encode())).lines())])


def background_of(found: Survey) -> Background:
    return Background(
        today=TODAY,
        allow_never_issued=True,
        lines_by_repeated_id=found.ids.among(2, 1_000_000),
        lines_by_repeated_ssn=found.ssns.among(2, 1_000_000),
    )


def test_what_stands_twice_in_the_file_is_rejected_on_both_lines() -> None:
    found = surveyed("staff_unique_id,ssn\n1,900-12-4821\n2,900124821\n2,\n3,900-12-4822\n4,none\n5,none\n")
    assert found.rows == 6
    assert found.ids.lines_by_value == {fingerprint("2"): ((3, 4), 2)}
    assert found.ssns.lines_by_value == {900124821: ((2, 3), 2)}
    assert found.ids.among(2, 3) == found.ssns.among(4, 8) == {}
    assert found.ids.among(4, 5) == found.ids.lines_by_value
    background = background_of(found)
    assert codes(background, staff_unique_id="1") == [("ssn", "ssn_repeated")]
    assert codes(background, staff_unique_id="2", ssn="") == [("staff_unique_id", "id_repeated")]
    assert codes(background, staff_unique_id="3", ssn="900-12-4822", ssn_last4="") == []
    (problem,) = problems_of({**GOOD, "staff_unique_id": "1"}, background)
    assert "lines 2, 3." in problem.reason


def test_the_survey_is_the_same_however_the_file_is_cut_and_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [
        ("7", "900-12-4821"),
        ("8", ""),
        ("7", "900-12-4822"),
        ("9", "900-12-4821"),
        ("8", ""),
        ("7", ""),
    ]
    lines = [
        Line(number=number, cells={"staff_unique_id": id, "ssn": ssn})
        for number, (id, ssn) in enumerate(cells, 2)
    ]
    whole = survey([look(lines)])
    monkeypatch.setattr("kecs.records.importing.survey._SORTED_AT_ONCE", 2)
    assert survey([look(lines[:1]), look(lines[1:4]), look(lines[4:])]) == whole
    assert whole.ids.lines_by_value == {fingerprint("7"): ((2, 4, 7), 3), fingerprint("8"): ((3, 6), 2)}


def test_a_value_on_many_lines_names_the_first_few() -> None:
    background = background_of(surveyed("staff_unique_id\n" + "7\n" * 50))
    (problem,) = problems_of({"staff_unique_id": "7"}, background)
    assert "lines 2, 3, 4, 5, 6 and 45 more" in problem.reason


@pytest.mark.parametrize(
    "cells",
    [
        {"ssn": "937-58-46217"},
        {"ssn": "666-58-4621"},
        {"ssn": "937-58-4621", "ssn_last4": "4622"},
        {"ssn_last4": "46217"},
        {"birth_date": "13/27/1987"},
        {"birth_date": "02/30/1987"},
        {"birth_date": "03/27/1887"},
        {"birth_date": "03/27/2087"},
        {"birth_date": "03/27/2024"},
        {"birth_date": "03-27-87"},
    ],
)
def test_no_sentence_repeats_an_ssn_or_a_birth_date(cells: dict[str, str]) -> None:
    problems = problems_of({**GOOD, "ssn_last4": "", **cells}, BACKGROUND)
    assert problems
    told = repr(problems)
    for secret in ("4621", "4622", "9375", "37-58", "1987", "1887", "2087", "2024", "27", "30"):
        assert secret not in told


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=40)))
def test_any_cells_are_rejected_or_can_be_read(cells: dict[str, str]) -> None:
    problems = problems_of(cells, BACKGROUND)
    if not problems:
        row = row_of(cells, today=TODAY)
        assert row.staff_unique_id
        assert len(row.ssn) in {0, 4, 9}
    for problem in problems:
        assert problem.reason.endswith(".")
        assert problem.column in COLUMNS


@given(
    st.text(max_size=20),
    st.text(max_size=20),
    st.sampled_from(["", "1985-03-14", "3/14/1985"]),
    st.text("0123456789- ", max_size=11),
)
def test_a_row_that_passes_can_be_read(first: str, other: str, born: str, ssn: str) -> None:
    cells = {
        "staff_unique_id": "7",
        "first_name": first,
        "other_names": other,
        "birth_date": born,
        "ssn": ssn,
    }
    if not problems_of(cells, BACKGROUND):
        row_of(cells, today=TODAY)


def test_each_check_stands_once_in_the_list() -> None:
    assert len({check.__module__ for check in CHECKS}) == len(CHECKS)


def test_a_row_does_not_print_personal_data() -> None:
    printed = repr(row_of(GOOD, today=TODAY))
    for secret in ("María", "López", "4821", "1985", "example.org", "Stone"):
        assert secret not in printed


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠"])
def test_no_cell_of_the_report_is_a_formula(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


def test_the_report_holds_one_harmless_line_per_problem() -> None:
    report = io.StringIO(newline="")
    rejects = RejectsReport(report)
    rejects.add(
        line=7, staff_unique_id="=cmd!A0\x00\n", problem=Problem(column="ssn", code="c", reason="No, no.")
    )
    assert report.getvalue() == (
        'line,staff_unique_id,column,code,reason\r\n7,\'=cmd!A0\ufffd\ufffd,ssn,c,"No, no."\r\n'
    )
