"""A file that staff send: sealed on its way, looked through, loaded and undone behind the scenes, and destroyed."""

import io
import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from kecs.audit.models import AuditEvent
from kecs.matching.decide import Outcome
from kecs.pii.seal import SealBroken
from kecs.records.importing import apply, load, parse
from kecs.records.importing.parse import FileRefused
from kecs.records.kinds import UploadState, Why
from kecs.records.models import EducatorRecord, Upload
from kecs.records.uploads import actions, working
from kecs.records.uploads.handler import MAY_IMPORT, SealedUpload
from kecs.records.uploads.queries import left_because, recent_uploads, report_of, upload_with_id
from kecs.records.uploads.sealed_files import PIECE, SealedFile, folder
from tests.factories.imports import HEADER, MARIA, found

pytestmark = pytest.mark.django_db
BY = "account:staff"
ANN = "8,Ann,Lee,,1970-01-02,900-12-4822,,"
BAD = "9,B0b,Lee,,1970-13-02,,,"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.KECS_VAR_DIR = tmp_path
    yield
    assert all(path.name.count(".") == 1 for path in folder().iterdir()), "something is left half written"


def sealed(content: bytes) -> SealedUpload:
    """As the handler hands it to the page."""
    file = SealedFile(uuid4())
    writer = file.writer()
    for at in range(0, len(content), 65_536):
        writer.write(content[at : at + 65_536])
    writer.finish()
    return SealedUpload(sealed=file, name="educators.csv", size=len(content))


def kept(*lines: str, header: str = HEADER) -> UUID:
    content = "\n".join([header, *lines]) + "\n"
    return actions.keep_upload(upload=sealed(content.encode()), name="educators.csv", by=BY)


def work(stop: threading.Event | None = None) -> bool:
    return working.work_on_uploads(
        by="system:imports", stop=stop or threading.Event(), say=lambda _line: None
    )


def seen(upload_id: UUID) -> Any:
    return upload_with_id(upload_id)


# --- Sealed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 77])
def test_a_sealed_file_reads_as_it_was_written_from_any_place(size: int) -> None:
    content = os.urandom(size)
    file = sealed(content).sealed
    with file.open() as stream:
        assert stream.read() == content
        for at in (0, size // 3, PIECE - 1, PIECE, size):
            stream.seek(at)
            assert stream.read(100) == content[at : at + 100]
    assert size < 64 or content[:64] not in file.path.read_bytes()
    assert file.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("harm", ["cut", "exchanged", "moved", "changed"])
def test_a_sealed_file_that_was_tampered_with_does_not_open(harm: str) -> None:
    file, other = (sealed(bytes(2 * PIECE + 5)).sealed for _ in range(2))
    data, piece = file.path.read_bytes(), PIECE + 29
    harmed = {
        "cut": data[: 2 * piece],
        "exchanged": data[piece : 2 * piece] + data[:piece] + data[2 * piece :],
        "moved": other.path.read_bytes(),
        "changed": data[:100] + bytes([data[100] ^ 1]) + data[101:],
    }
    file.path.write_bytes(harmed[harm])
    with pytest.raises(SealBroken), file.open() as stream:
        stream.read()


def test_a_file_goes_through_the_web_server_sealed_and_is_gone_if_nobody_keeps_it(settings: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    content = (HEADER + "\n" + MARIA * 20_000 + "\n").encode()
    for is_ours, said in ((True, "yes"), (False, "")):
        sends = {"file": SimpleUploadedFile("people.csv", content)}
        factory = RequestFactory()
        factory.defaults[MAY_IMPORT] = said
        request = factory.post("/desk/imports", sends)
        sent = request.FILES["file"]
        assert isinstance(sent, SealedUpload) is is_ours
        if isinstance(sent, SealedUpload):
            assert sent.size == len(content)
            with sent.sealed.open() as stream:
                assert stream.read() == content
        on_disk = b"".join(each.read_bytes() for each in folder().iterdir())
        assert b"Lopez" not in on_disk
        request.close()
        assert not list(folder().iterdir())


def test_the_file_of_somebody_who_may_not_import_never_touches_the_disk(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[UUID] = []
    monkeypatch.setattr(SealedFile, "writer", lambda file: opened.append(file.upload_id))
    client.post("/desk/imports", {"file": io.BytesIO(MARIA.encode())}, headers={MAY_IMPORT: "True"})
    assert not opened
    assert not list(folder().iterdir())


# --- From the file to the records ---------------------------------------------------------------------------------


def test_a_file_is_looked_through_loaded_and_destroyed(monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = kept(MARIA, ANN, BAD, header=HEADER.replace("deceased", "shoe_size"))
    assert seen(upload_id).unknown == ("shoe_size",)
    assert "ssn" in seen(upload_id).columns
    assert work()
    looked = seen(upload_id)
    assert (looked.state, looked.created, looked.rejected) == (UploadState.CHECKED, 2, 1)
    assert {each.code: (each.count, each.lines) for each in looked.problems} == {
        "name_digit": (1, (4,)),
        "birth_date_no_such_month": (1, (4,)),
    }
    assert not EducatorRecord.objects.exists()
    assert b"".join(report_of(upload_id)).decode("utf-8-sig").count("\r\n") == 3
    actions.ask_to_load(upload_id=upload_id, reason=Why.REGULAR_FILE, by=BY)
    assert work()
    assert not work()
    loaded = seen(upload_id)
    assert (loaded.state, loaded.created, loaded.read) == (UploadState.LOADED, 2, 3)
    assert found("Maria", "Lopez") == (Outcome.ONE, "7")
    assert [path.name for path in folder().iterdir()] == [f"{upload_id}.rejects"]
    told = AuditEvent.objects.filter(code="records.record_created").values_list("by", "keys__source")
    assert set(told) == {(BY, f"import of upload {str(upload_id)[:8]} ({Upload.objects.get().content[:12]})")}


def test_a_whole_upload_is_undone_and_says_what_it_left() -> None:
    upload_id = kept(MARIA, ANN)
    work()
    actions.ask_to_load(upload_id=upload_id, reason=Why.REGULAR_FILE, by=BY)
    work()
    assert seen(upload_id).may_be_undone
    correcting = kept("8,Anne,Lee,,,,,")
    work()
    actions.ask_to_load(upload_id=correcting, reason=Why.CORRECTED_FILE, by=BY)
    work()
    actions.ask_to_undo(upload_id=upload_id, reason=Why.WRONG_FILE, by=BY)
    work()
    undone = seen(upload_id)
    assert (undone.state, undone.removed, undone.left) == (UploadState.UNDONE, 1, 1)
    assert [why.value for why in left_because(upload_id)] == ["changed"]
    assert EducatorRecord.objects.get().first_name == "Anne"
    actions.ask_to_undo(upload_id=correcting, reason=Why.WRONG_FILE, by=BY)
    work()
    assert EducatorRecord.objects.get().first_name == "Ann"
    with pytest.raises(actions.Otherwise):
        actions.ask_to_undo(upload_id=correcting, reason=Why.WRONG_FILE, by=BY)


@pytest.mark.parametrize("content", [b"", b"name;ssn\n", b"first_name\nAnn\n", b"\xff\xfe\x00"])
def test_a_file_without_a_header_is_refused_at_once_and_not_kept(content: bytes) -> None:
    upload = sealed(content)
    with pytest.raises(FileRefused):
        actions.keep_upload(upload=upload, name="x.csv", by=BY)
    upload.close()
    assert not Upload.objects.exists()
    assert not list(folder().iterdir())


def test_a_worker_that_is_killed_or_stopped_leaves_the_rest_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parse, "BATCH", 10)
    monkeypatch.setattr(working, "_NOTED_EVERY", 0)
    lines = [f"{number},Ann,Lee,,1985-03-14,900-12-{1000 + number},," for number in range(45)]
    upload_id = kept(*lines)
    work()
    actions.ask_to_load(upload_id=upload_id, reason=Why.REGULAR_FILE, by=BY)
    real, stop, batches = apply.apply_batch, threading.Event(), []

    def stops(**arguments: Any) -> Any:
        batches.append(1)
        if len(batches) == 2:
            stop.set()
        if len(batches) == 4:
            raise KeyboardInterrupt
        return real(**arguments)

    monkeypatch.setattr(load, "apply_batch", stops)
    work(stop)  # asked to stop: it puts the file back
    assert seen(upload_id).state is UploadState.LOADING
    with pytest.raises(KeyboardInterrupt):
        work()  # killed: its lease goes on
    assert EducatorRecord.objects.count() == 30
    assert not work()
    Upload.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert work()
    loaded = seen(upload_id)
    assert (loaded.state, loaded.created, loaded.same) == (UploadState.LOADED, 45, 0)


def test_staff_stop_a_loading_and_undo_or_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "BATCH", 1)
    monkeypatch.setattr(working, "_NOTED_EVERY", 0)
    upload_id = kept(MARIA, ANN)
    work()
    actions.ask_to_load(upload_id=upload_id, reason=Why.REGULAR_FILE, by=BY)
    real: Callable[..., Any] = apply.apply_batch

    def stopped_after_the_first(**arguments: Any) -> Any:
        done = real(**arguments)
        if seen(upload_id).state is UploadState.LOADING and EducatorRecord.objects.count() == 1:
            actions.ask_to_stop(upload_id=upload_id, by=BY)
        return done

    monkeypatch.setattr(load, "apply_batch", stopped_after_the_first)
    work()
    assert seen(upload_id).state is UploadState.STOPPED
    monkeypatch.setattr(load, "apply_batch", real)
    assert EducatorRecord.objects.count() == 1
    actions.ask_to_undo(upload_id=upload_id, reason=Why.TRYING_OUT, by=BY)
    work()
    assert not EducatorRecord.objects.exists()


def test_what_is_a_day_old_is_destroyed() -> None:
    unused, discarded = kept(MARIA), kept(ANN)
    work()
    work()
    actions.discard(upload_id=discarded, by=BY)
    assert {path.name.partition(".")[0] for path in folder().iterdir()} == {str(unused)}
    stray = folder() / f"{uuid4()}.content.part"
    stray.write_bytes(b"")
    assert actions.destroy_old_uploads(by="tests") == 0
    Upload.objects.update(moved_at=timezone.now() - timedelta(hours=25))
    os.utime(stray, (1, 1))
    assert actions.destroy_old_uploads(by="tests") == 2
    assert not list(folder().iterdir())
    assert {each.state for each in recent_uploads(by=BY)} == {UploadState.DISCARDED}


def test_a_file_that_cannot_be_opened_any_more_holds_up_no_other() -> None:
    broken = kept(MARIA)
    whole = kept(ANN)
    path = SealedFile(broken).path
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert work()
    assert work()
    assert seen(broken).state is UploadState.FAILED
    assert seen(whole).state is UploadState.CHECKED
