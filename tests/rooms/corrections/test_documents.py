"""Documents: sealed for their place, held until they were scanned, opened on the log, destroyed when something was found."""

import io
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from kecs.audit.models import AuditEvent
from kecs.corrections import scanner
from kecs.corrections.actions import Asked, ask_for_correction, withdraw_correction
from kecs.corrections.attachments import attachment
from kecs.corrections.content import accepted
from kecs.corrections.documents.actions import (
    DocumentGone,
    DocumentHeld,
    Scanned,
    Upload,
    open_document,
    scan_waiting,
)
from kecs.corrections.documents.pieces import PIECE, content_of
from kecs.corrections.kinds import Why
from kecs.corrections.models import Document, DocumentPart
from kecs.corrections.names import shown_name
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from kecs.pii.seal import SealBroken
from kecs.registration.views import ANYONE
from tests.factories.documents import jpeg, pdf
from tests.factories.people import MARIA
from tests.factories.visits import register_new

STAFF = "account:staff"
# The test word of the industry, which every scanner finds, in two halves, so that none finds it here.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd:
    """Speaks INSTREAM on this machine; `answers` is what it says, or a function of what it got."""

    def __init__(self, answer=None, *, hangs=False):
        self.answer, self.hangs, self.seen = answer, hangs, []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                plug, _address = self.server.accept()
            except OSError:
                return
            with plug:
                self._talk(plug)

    def _talk(self, plug):
        read = plug.makefile("rb")
        assert read.read(10) == b"zINSTREAM\0"
        got = b""
        while size := int.from_bytes(read.read(4), "big"):
            got += read.read(size)
        self.seen.append(got)
        if self.hangs:
            time.sleep(2)
        elif self.answer is not None:
            plug.sendall(self.answer)
        else:
            found = EICAR in got
            plug.sendall(b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0")


@contextmanager
def clamd(settings, answer=None, **how):
    fake = FakeClamd(answer, **how)
    settings.KECS_CLAMD = fake.address
    try:
        yield fake
    finally:
        fake.server.close()


@pytest.fixture
def send(client, db):
    """Sends these documents with one request; answers their ids."""

    def sent(*contents: bytes):
        from django.contrib.auth import get_user_model

        register_new(client, MARIA)
        ask_for_correction(
            account_id=get_user_model().objects.get().pk,
            asked=Asked(why=Why.OTHER, last_surname="Stone"),
            uploads=[Upload(name=f"{n}.pdf", content=accepted(each)) for n, each in enumerate(contents)],
            by=ANYONE,
        )
        return list(Document.objects.order_by("sent_at", "name").values_list("pk", flat=True))

    return sent


def away() -> str:
    """An address where nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def test_without_a_scanner_staff_open_a_document_and_see_that_it_was_not_scanned(send):
    [document] = send(pdf())
    opened = open_document(document_id=document, by=STAFF)
    assert opened.content == pdf()
    event = AuditEvent.objects.get(code="corrections.document_opened")
    assert (event.by, event.keys) == (STAFF, {"document": str(document), "scanned": False})
    assert Document.objects.get().state == "not_scanned"
    assert scan_waiting(by="x") == Scanned()


def test_a_document_is_held_until_the_scanner_has_looked_at_it(send, settings):
    settings.KECS_CLAMD = away()
    [document] = send(pdf())
    for _time in range(2):
        assert scan_waiting(by="x") == Scanned(away=True)
        with pytest.raises(DocumentHeld):
            open_document(document_id=document, by=STAFF)
    assert not AuditEvent.objects.filter(code="corrections.document_opened").exists()
    with clamd(settings) as fake:
        assert scan_waiting(by="x") == Scanned(clean=1)
        assert fake.seen == [pdf()]
        assert scan_waiting(by="x") == Scanned()
    assert open_document(document_id=document, by=STAFF).content == pdf()
    assert AuditEvent.objects.get(code="corrections.document_opened").keys["scanned"] is True


def test_what_the_scanner_finds_is_destroyed_and_the_person_can_send_another(send, settings, client):
    with clamd(settings):
        bad, good = send(pdf(b"(%s)" % EICAR), pdf())
        assert scan_waiting(by="x") == Scanned(clean=1, found=1)
    with pytest.raises(DocumentGone):
        open_document(document_id=bad, by=STAFF)
    assert open_document(document_id=good, by=STAFF).content == pdf()
    assert not DocumentPart.objects.filter(document=bad).exists()
    event = AuditEvent.objects.get(code="corrections.document_scanned", subject=f"document:{bad}")
    assert event.keys["found"] == "Eicar-Test-Signature"
    assert "we found a virus in it" in client.get("/corrections/state").content.decode()
    [told] = OutboxMessage.objects.filter(kind="corrections.document_refused")
    assert told.to == MARIA.email
    assert "/corrections/state" in (unseal_from(told, "body_sealed") or "")


def test_documents_from_before_there_was_a_scanner_are_scanned_too(send, settings):
    send(pdf())
    with clamd(settings):
        assert scan_waiting(by="x") == Scanned(clean=1)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"hello",
        b"stream: OKAY\0",
        b"stream: FOUND",
        b"OK\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"x" * 9999,
    ],
)
def test_an_answer_that_nobody_knows_leaves_it_held_and_holds_up_nobody_else(send, settings, answer):
    with clamd(settings, answer) as fake:
        first, _second = send(pdf(), jpeg())
        assert scan_waiting(by="x") == Scanned(unscanned=2)
        assert len(fake.seen) == 2
    with pytest.raises(DocumentHeld):
        open_document(document_id=first, by=STAFF)


def test_a_damaged_document_holds_up_nobody_else(send, settings):
    with clamd(settings):
        broken, _good = send(pdf(), jpeg())
        DocumentPart.objects.filter(document=broken).delete()
        assert scan_waiting(by="x") == Scanned(clean=1, unscanned=1)


@pytest.mark.parametrize("address", ["nowhere", ":", "127.0.0.1:", "127.0.0.1:x", "/nowhere/clamd.sock"])
def test_a_setting_that_names_no_scanner_holds_documents(send, settings, address):
    settings.KECS_CLAMD = address
    send(pdf())
    assert scan_waiting(by="x") == Scanned(away=True)


def test_a_scanner_that_hangs_is_away(send, settings, monkeypatch):
    monkeypatch.setattr(scanner, "TIMEOUT", 0.2)
    with clamd(settings, hangs=True):
        send(pdf())
        assert scan_waiting(by="x") == Scanned(away=True)


def test_a_large_document_arrives_whole(send, settings):
    large = jpeg(scan=bytes(range(1, 251)) * 4_000)
    with clamd(settings) as fake:
        send(large)
        scan_waiting(by="x")
        assert fake.seen == [accepted(large).data]


def test_the_scanner_may_listen_on_a_socket_of_this_machine(settings, tmp_path):
    path = str(tmp_path / "clamd.sock")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()

        def answer():
            plug, _address = server.accept()
            with plug:
                while not plug.recv(65_536).endswith(bytes(4)):
                    pass
                plug.sendall(b"stream: OK\0")

        threading.Thread(target=answer, daemon=True).start()
        settings.KECS_CLAMD = path
        assert scanner.scan(b"hello").outcome is scanner.Outcome.CLEAN


def test_a_document_that_was_taken_back_while_it_was_scanned_stays_destroyed(send, settings, monkeypatch):
    with clamd(settings):
        [document] = send(pdf())
        real = scanner.scan

        def scanned(data):
            withdraw_correction(account_id=Document.objects.get().correction.account_id, by=ANYONE)
            return real(data)

        monkeypatch.setattr("kecs.corrections.documents.actions.scan", scanned)
        scan_waiting(by="x")
    assert Document.objects.get(pk=document).state == "destroyed"
    assert not AuditEvent.objects.filter(code="corrections.document_scanned").exists()


def test_the_command_prints_counts_only(send, settings):
    with clamd(settings):
        send(pdf(b"(%s)" % EICAR), pdf())
        out = io.StringIO()
        call_command("documents", "--once", stdout=out)
    assert out.getvalue() == "clean 1, refused 1, requests emptied 0\n"
    settings.KECS_CLAMD = away()
    Document.objects.filter(state="clean").update(state="waiting")
    out = io.StringIO()
    call_command("documents", "--once", stdout=out)
    assert out.getvalue() == "scanner away\n"


def test_pieces_that_were_moved_left_out_or_exchanged_do_not_open(send):
    content = jpeg(scan=bytes(range(1, 251)) * 3_000)
    document = Document.objects.get(pk=send(content)[0])
    assert len(content) > 2 * PIECE
    assert content_of(document) == accepted(content).data
    parts = list(DocumentPart.objects.order_by("number"))
    sealed = [bytes(part.content_sealed) for part in parts]
    with connection.cursor():
        for broken in (
            [sealed[1], sealed[0], *sealed[2:]],
            [sealed[0][:-1] + bytes([sealed[0][-1] ^ 1]), *sealed[1:]],
        ):
            for part, piece in zip(parts, broken, strict=True):
                DocumentPart.objects.filter(pk=part.pk).update(content_sealed=piece)
            with pytest.raises(SealBroken):
                content_of(document)
    for part, piece in zip(parts, sealed, strict=True):
        DocumentPart.objects.filter(pk=part.pk).update(content_sealed=piece)
    parts[-1].delete()
    with pytest.raises(SealBroken):
        content_of(document)


def test_a_document_leaves_as_a_download_that_nothing_runs(send):
    [document] = send(pdf())
    answer = attachment(open_document(document_id=document, by=STAFF))
    assert answer["Content-Disposition"] == f'attachment; filename="document-{str(document)[:8]}.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer.content == pdf()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("paper.pdf", "paper.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\scan.pdf", "scan.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("fdp\u202egpj.exe", "fdpgpj.exe"),
        ("..", ""),
        (".htaccess", "htaccess"),
        ("foto de mamá.jpg", "foto de mamá.jpg"),
        ("x" * 300 + ".pdf", "x" * 100),
        ("\0", ""),
    ],
)
def test_a_name_is_words_and_never_a_path(name, shown):
    assert shown_name(name) == shown


@given(st.text(max_size=200))
def test_no_name_holds_what_could_lead_elsewhere(name):
    shown = shown_name(name)
    assert len(shown) <= 100
    assert shown.isprintable()
    assert not set(shown) & set('\\/:"<>|\r\n\0')
    assert shown_name(shown) == shown
