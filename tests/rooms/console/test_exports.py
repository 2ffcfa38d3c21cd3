"""Lists to take along: who is on them, what of them, safe in a spreadsheet, on the log first, and an alarm where unusual."""

import csv
import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kecs.accounts.models import User
from kecs.accounts.staff.roles import StaffRole
from kecs.audit.models import AuditEvent
from kecs.console.exports import actions
from kecs.console.exports.forms import TELLS
from kecs.console.exports.messages import COLUMNS, ExportReason
from kecs.mail.models import OutboxMessage
from kecs.records.actions import open_case
from kecs.records.exporting import queries
from kecs.records.exporting.kinds import ExportColumn, ExportList, Wanted
from kecs.records.kinds import AssuranceLevel, CaseKind
from kecs.records.models import EducatorRecord, Run
from kecs.records.spreadsheets import csv_lines
from tests.attacks.formulas import PAYLOADS
from tests.attacks.spreadsheets import exported
from tests.factories.factors import grows_stale
from tests.factories.imports import HEADER, Ran
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, errors
from tests.inspection import InspectingClient
from tests.rooms.console.test_imports import colleague, work

pytestmark = pytest.mark.django_db
ANA = Person(first_name="Ana", last_surname="Reed", ssn="902551299", email="ana@example.org")
COLUMN_NAMES = [str(column) for column in ExportColumn]
ASKED = {
    "which": "without_account",
    "reason": "call_people",
    "column_staff_unique_id": "on",
    "column_email": "on",
}


def rows(answer: Any) -> list[list[str]]:
    content = answer if isinstance(answer, bytes) else b"".join(answer.streaming_content)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def listed(which: ExportList, **narrowed: Any) -> list[str]:
    """The numbers on file of everybody on it."""
    export = actions.export_list(
        wanted=Wanted(which=which, **narrowed),
        columns=[ExportColumn.STAFF_UNIQUE_ID],
        reason=ExportReason.CHECK_IMPORT,
        by=f"tests {uuid4()}",
    )
    found = [row[0] for row in rows(b"".join(export.pieces))[1:]]
    assert len(found) == export.rows
    return sorted(found)


# --- In a spreadsheet ---------------------------------------------------------------------------------------------


def test_no_cell_of_any_column_is_a_formula_in_a_spreadsheet() -> None:
    """The quick form; `python -m tests.attacks.spreadsheets` opens the same file in LibreOffice."""
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 60
    content = exported()
    [header, *people] = rows(content)
    assert header == [str(column) for column in ExportColumn]
    assert len(people) == 60
    text = content.decode("utf-8-sig")
    # However a program cuts it: at commas, semicolons or tabs.
    cells = [cell for row in people for cell in row]
    for separator in (";", "\t", "|"):
        cells += [
            cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row
        ]
    starts = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
    assert [cell for cell in cells if cell.lstrip("\ufeff\u200b \t\r\n\x0b\x00").startswith(starts)] == []


def test_the_file_is_csv_as_rfc_4180_has_it() -> None:
    content = b"".join(csv_lines(["a", "b"], [['say "hi"', "José, Núñez"]]))
    assert content == '\ufeff"a","b"\r\n"say ""hi""","José, Núñez"\r\n'.encode()


# --- Who is on it -------------------------------------------------------------------------------------------------


def test_each_list_holds_whom_it_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    monkeypatch.setattr(queries, "PAGE", 1)
    settings.KECS_VAR_DIR = tmp_path
    held, free = on_file(MARIA, contact_email="old@example.org"), on_file(ANA)
    claim(InspectingClient(), MARIA)
    assert listed(ExportList.WITHOUT_ACCOUNT) == [free.staff_unique_id]
    assert listed(ExportList.CLAIMED) == [held.staff_unique_id]
    assert listed(ExportList.CLAIMED, level=AssuranceLevel.PROVISIONAL.value) == [held.staff_unique_id]
    assert listed(ExportList.CLAIMED, level=AssuranceLevel.VERIFIED.value) == []
    for _twice in range(2):
        open_case(kind=CaseKind.SEVERAL, account_id=None, record_ids=[free.pk], because=[], by="tests")
    assert listed(ExportList.OPEN_CASES) == [free.staff_unique_id]
    assert listed(ExportList.OPEN_CASES, kind=CaseKind.DECEASED.value) == []
    assert listed(ExportList.MAIL_REFUSED) == []
    OutboxMessage.objects.filter(to=MARIA.email).update(status="refused", body_sealed=None)
    assert listed(ExportList.MAIL_REFUSED) == [held.staff_unique_id]


def test_the_people_of_an_import_are_listed(staff: InspectingClient, tmp_path: Path, settings: Any) -> None:
    settings.KECS_VAR_DIR = tmp_path
    changed = on_file(ANA)
    lines = (
        f"{HEADER}\n{changed.staff_unique_id},,,,,,new@example.org,\n8,Ann,Lee,,1970-01-02,900-12-4822,,\n"
    )
    sent = staff.post("/desk/imports", {"file": SimpleUploadedFile("a.csv", lines.encode())})
    path = sent.headers["Location"]
    work()
    staff.post(f"{path}/load", {"reason": "regular_file"})
    work()
    upload = path.rsplit("/", 1)[1]
    answer = staff.post("/desk/exports", {**ASKED, "which": "imported", "upload": upload})
    assert sorted(row[0] for row in rows(answer)[1:]) == sorted(["8", changed.staff_unique_id])
    assert errors(staff.post("/desk/exports", {**ASKED, "which": "imported"})) == ["Choose the import."]


@pytest.mark.any_database("the log is read by the same query as for a file that staff sent")
def test_so_are_those_of_an_import_from_the_command_line(staff: InspectingClient, tmp_path: Path) -> None:
    file = tmp_path / "educators.csv"
    file.write_text(f"{HEADER}\n8,Ann,Lee,,1970-01-02,900-12-4822,,\n")
    Ran(str(file), "--apply")
    on_file(ANA)  # later, of another import
    run = Run.objects.get()
    assert f"kecs import ({run.content[:12]})" in staff.get("/desk/exports").content.decode()
    answer = staff.post("/desk/exports", {**ASKED, "which": "imported", "upload": str(run.pk)})
    assert [row[0] for row in rows(answer)[1:]] == ["8"]


# --- What leaves, and what the log knows --------------------------------------------------------------------------


def test_the_log_knows_of_a_list_before_its_first_byte(staff: InspectingClient) -> None:
    on_file(ANA, contact_email="ana@example.org")
    before = EducatorRecord.objects.filter(holdings=None).count()
    answer = staff.post("/desk/exports", ASKED)
    event = AuditEvent.objects.get(code="console.list_exported")
    assert event.by == f"account:{User.objects.get(username='ines.clerk').pk}"
    assert event.keys == {
        "list": "without_account",
        "narrowed": "",
        "columns": ["staff_unique_id", "email"],
        "rows": before,
        "reason": "call_people",
    }
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="without_account-')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    [header, *people] = rows(answer)
    assert header == ["staff_unique_id", "email"]
    assert "ana@example.org" in {person[1] for person in people}


def test_no_list_has_an_ssn_or_a_birth_date_whoever_asks(staff: InspectingClient) -> None:
    """Rule 5 of the product. No masked digits either: the last four are half of a search key."""
    on_file(ANA)
    asked = {**ASKED, **{f"column_{name}": "on" for name in COLUMN_NAMES}}
    found = rows(staff.post("/desk/exports", {**asked, "column_ssn": "on", "column_birth_date": "on"}))
    assert found[0] == COLUMN_NAMES
    assert {"Ana", "Reed"} <= {cell for row in found for cell in row}
    cells = [cell for row in found for cell in row]
    assert not any(secret in cell for secret in (ANA.last4, str(ANA.birth_date)) for cell in cells)


def test_a_role_takes_the_columns_that_the_table_of_facts_shows_it_of_everybody(
    staff: InspectingClient,
) -> None:
    on_file(ANA, contact_email="ana@example.org")
    officer = colleague(StaffRole.SECURITY_OFFICER)
    page = officer.get("/desk/exports").content.decode()
    offered = {name for name in COLUMN_NAMES if f'name="column_{name}"' in page}
    assert set(COLUMN_NAMES) - offered == {"email", "open_cases"}
    asked = {**ASKED, **{f"column_{name}": "on" for name in COLUMN_NAMES}}
    found = rows(officer.post("/desk/exports", asked))
    assert found[0] == [name for name in COLUMN_NAMES if name in offered]
    assert "ana@example.org" not in {cell for row in found for cell in row}
    only = {name: value for name, value in ASKED.items() if not name.startswith("column_")}
    assert errors(officer.post("/desk/exports", {**only, "column_email": "on"})) == [
        "Choose at least one column."
    ]
    for which in ("open_cases", "imported", "mail_refused"):
        assert f'value="{which}"' not in page
        assert errors(officer.post("/desk/exports", {**ASKED, "which": which})) == ["Choose a list."]


def test_many_lists_and_long_ones_raise_an_alarm_and_then_stop(
    staff: InspectingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_file(ANA)
    monkeypatch.setattr(actions, "MANY_ROWS", 0)
    for _time in range(6):
        staff.post("/desk/exports", ASKED)
    why = list(AuditEvent.objects.filter(code="console.unusual_export").values_list("keys__why", flat=True))
    assert why == [["many_rows"]] * 5 + [["many_rows", "many_exports"]]
    for _time in range(14):
        assert staff.post("/desk/exports", ASKED).status_code == 200
    answer = staff.post("/desk/exports", ASKED)
    assert answer.status_code == 429
    assert "wait an hour" in errors(answer)[0]
    assert AuditEvent.objects.filter(code="console.list_exported").count() == 20


def test_an_export_asks_for_a_fresh_second_factor_a_reason_and_a_column(staff: InspectingClient) -> None:
    assert len(errors(staff.post("/desk/exports", {}))) == 3
    grows_stale(staff)
    assert "/account/again" in staff.post("/desk/exports", ASKED).headers["Location"]
    assert not AuditEvent.objects.filter(code="console.list_exported").exists()


def test_every_column_has_its_words_and_its_fact() -> None:
    assert set(COLUMNS) == set(TELLS) == set(ExportColumn)
