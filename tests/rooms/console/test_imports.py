"""Import in the browser: the file's columns, the dry run, loading and undoing with a reason, and who may."""

import io
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import StopFutureHandlers

from kecs.accounts.models import User
from kecs.accounts.staff.roles import StaffRole
from kecs.audit.models import AuditEvent
from kecs.console.imports.messages import COLUMNS, REJECTED_BECAUSE
from kecs.records.importing.parse import COLUMNS as KNOWN
from kecs.records.models import EducatorRecord, Run, Upload
from kecs.records.uploads import handler
from kecs.records.uploads.sealed_files import PIECE, folder
from kecs.records.uploads.working import work_on_uploads
from tests.factories.factors import as_staff, code, grows_stale, types_code, types_password, with_app
from tests.factories.imports import HEADER, MARIA, Ran
from tests.factories.people import Person
from tests.factories.visits import errors, heading, register_new
from tests.house.source import ROOT
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db
ANN = "8,Ann,Lee,,1970-01-02,900-12-4822,,"
BAD = "9,B0b,Lee,,,,,"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    settings.KECS_VAR_DIR = tmp_path


def work() -> None:
    while work_on_uploads(by="system:imports", stop=threading.Event(), say=lambda _line: None):
        pass


def send(browser: InspectingClient, *lines: str, header: str = HEADER) -> Any:
    content = "\n".join([header, *lines]).encode()
    return browser.post("/desk/imports", {"file": SimpleUploadedFile("educators.csv", content)}, follow=True)


def test_who_sends_a_file_for_which_there_is_no_room_reads_so(
    staff: InspectingClient, settings: Any, tmp_path: Path
) -> None:
    settings.KECS_IMPORT_FOLDER_MOST_BYTES = 1600
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "another.content").write_bytes(bytes(1500))
    [said] = errors(send(staff, MARIA))
    assert said.startswith("There is no room for this file now")
    assert [path.name for path in (tmp_path / "imports").iterdir()] == ["another.content"]
    (tmp_path / "imports" / "another.content").unlink()
    send(staff, MARIA)
    assert Upload.objects.count() == 1


def test_a_file_that_fills_the_folder_while_it_is_sent_is_dropped(
    settings: Any, rf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KECS_IMPORT_FOLDER_MOST_BYTES = 2 * PIECE
    monkeypatch.setattr(handler, "LOOKED_AFTER", PIECE)
    taking = handler.SealingHandler(rf.get("/"))
    taking.handle_raw_input(
        io.BytesIO(), {handler.MAY_IMPORT: "yes"}, 0, ""
    )  # it does not say how long it is
    with pytest.raises(StopFutureHandlers):
        taking.new_file("file", "f.csv", "text/csv", None)
    for _each in range(4):
        assert taking.receive_data_chunk(bytes(PIECE), 0) is None
    upload = taking.file_complete(4 * PIECE)
    assert upload
    assert upload.no_room
    assert list(folder().iterdir()) == []


def test_what_the_command_line_loaded_is_undone_at_the_desk(staff: InspectingClient, tmp_path: Path) -> None:
    people = EducatorRecord.objects.count()
    file = tmp_path / "educators.csv"
    file.write_text(f"{HEADER}\n{MARIA}\n{ANN}\n")
    Ran(str(file), "--apply")
    run = Run.objects.get()
    undo = f"/desk/imports/runs/{run.pk}/undo"
    listed = staff.get("/desk/imports").content.decode()
    assert "New records: 2. Changed records: 0." in listed
    assert undo in listed
    assert "2 new records are removed again" in staff.get(undo).content.decode()
    assert errors(staff.post(undo, {"reason": ""})) == ["Choose a reason."]
    # Another's undo a moment before, or a day that went by, leaves nothing to press.
    Run.objects.update(started_at=run.started_at - timedelta(days=1))
    assert undo not in staff.get("/desk/imports").content.decode()
    assert (
        "This is not possible any more"
        in staff.post(undo, {"reason": "wrong_file"}, follow=True).content.decode()
    )
    Run.objects.update(started_at=run.started_at)
    asked = staff.post(undo, {"reason": "wrong_file"}, follow=True)
    assert heading(asked) == "File of records"
    assert staff.post(undo, {"reason": "wrong_file"}, follow=True).redirect_chain[-1][0] == "/desk/imports"
    work()
    assert EducatorRecord.objects.count() == people
    upload = Upload.objects.get()
    told = staff.get(f"/desk/imports/{upload.pk}").content.decode()
    assert "New records, removed again" in told
    assert "from the command line" in staff.get("/desk/imports").content.decode()
    assert AuditEvent.objects.get(code="records.import_undone").keys["removed"] == 2


def colleague(role: StaffRole) -> InspectingClient:
    person = Person(first_name="Hal", last_surname="Helper", ssn="901550017", email="hal@example.org")
    register_new(InspectingClient(), person, username="hal")
    owner = User.objects.get(username="hal")
    as_staff(owner, role)
    with_app(owner)
    browser = InspectingClient()
    types_password(browser, login="hal")
    types_code(browser, code())
    return browser


def test_a_file_is_sent_looked_at_loaded_and_undone(staff: InspectingClient) -> None:
    people = EducatorRecord.objects.count()
    page = send(staff, MARIA, ANN, BAD, header=HEADER.replace("deceased", "shoe_size"))
    upload = Upload.objects.get()
    assert f"/desk/imports/{upload.pk}" in page.redirect_chain[-1][0]
    told = page.content.decode()
    assert "shoe_size" in told
    assert "waits for its turn" in told
    assert staff.get(f"/desk/imports/{upload.pk}/progress").json()["works"] is True
    work()
    told = staff.get(f"/desk/imports/{upload.pk}").content.decode()
    for words in ("What the file would do", "name_digit", "<td>4</td>", "Load these rows"):
        assert words in told
    assert staff.get(f"/desk/imports/{upload.pk}/progress").json()["works"] is False
    rejects = staff.post(f"/desk/imports/{upload.pk}/rejects")
    assert b"name_digit" in b"".join(rejects.streaming_content)  # type: ignore[attr-defined]
    assert AuditEvent.objects.filter(code="console.rejects_taken").count() == 1
    page = staff.post(f"/desk/imports/{upload.pk}/load", {"reason": ""})
    assert heading(page) == "Load these rows?"
    assert errors(page)
    staff.post(f"/desk/imports/{upload.pk}/load", {"reason": "regular_file"})
    assert EducatorRecord.objects.count() == people
    work()
    assert EducatorRecord.objects.count() == people + 2
    assert "Undo the whole import" in staff.get(f"/desk/imports/{upload.pk}").content.decode()
    assert heading(staff.get(f"/desk/imports/{upload.pk}/undo")) == "Undo the whole import?"
    staff.post(f"/desk/imports/{upload.pk}/undo", {"reason": "wrong_file"})
    work()
    assert EducatorRecord.objects.count() == people
    told = staff.get(f"/desk/imports/{upload.pk}").content.decode()
    for words in ("What was undone", "<td>3</td>", "<td>2</td>"):  # rows read, records removed again
        assert words in told
    by = f"account:{User.objects.get(username='ines.clerk').pk}"
    asked = AuditEvent.objects.filter(code="records.upload_asked_for", by=by)
    assert [(event.keys["what"], event.keys["reason"]) for event in asked.order_by("sequence")] == [
        ("load", "regular_file"),
        ("undo", "wrong_file"),
    ]
    # What is over is over: the page says so and nothing is asked for.
    again = staff.post(f"/desk/imports/{upload.pk}/undo", {"reason": "wrong_file"}, follow=True)
    assert "not possible any more" in again.content.decode()


def test_a_file_that_is_none_is_refused_with_what_to_do(staff: InspectingClient) -> None:
    assert "name the column staff_unique_id" in errors(send(staff, "Ann", header="first_name"))[0]
    assert errors(staff.post("/desk/imports", {})) == ["Choose a file first."]
    assert not Upload.objects.exists()


def test_loading_asks_for_a_fresh_second_factor_first(staff: InspectingClient) -> None:
    send(staff, MARIA)
    work()
    upload = Upload.objects.get()
    grows_stale(staff)
    assert "/account/again" in staff.get(f"/desk/imports/{upload.pk}/load").headers["Location"]
    answer = staff.post(f"/desk/imports/{upload.pk}/load", {"reason": "regular_file"})
    assert "/account/again" in answer.headers["Location"]
    assert Upload.objects.get().state == "checked"


def test_a_colleague_who_may_not_import_is_refused_before_her_file_is_read(staff: InspectingClient) -> None:
    helper = colleague(StaffRole.HELP_DESK)
    assert helper.get("/desk/imports").status_code == 403
    assert send(helper, MARIA).status_code == 403
    assert send(helper, *[MARIA] * 3000).status_code == 400  # longer than any other body
    assert not Upload.objects.exists()
    assert send(staff, *[MARIA] * 3000).status_code == 200


def test_a_file_is_discarded_and_destroyed(staff: InspectingClient, tmp_path: Path) -> None:
    send(staff, MARIA)
    upload = Upload.objects.get()
    assert len(list((tmp_path / "imports").iterdir())) == 1
    page = staff.post(f"/desk/imports/{upload.pk}/discard", follow=True)
    assert "is discarded" in page.content.decode()
    assert not list((tmp_path / "imports").iterdir())


def test_every_column_and_every_reason_has_its_words() -> None:
    assert set(COLUMNS) == set(KNOWN)
    guide = (ROOT / "docs" / "guides" / "import.md").read_text(encoding="utf-8")
    rows = guide.partition("| code | the row is rejected because |")[2].partition("\n\n")[0]
    codes = {word for row in rows.splitlines()[2:] for word in row.split("|")[1].replace("`", "").split(", ")}
    assert {code.strip() for code in codes} == set(REJECTED_BECAUSE)
