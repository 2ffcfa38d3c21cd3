"""The pages of a request: what may be asked, what is shown, what is refused, and what no page gives away."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kecs.audit.models import AuditEvent
from kecs.corrections.kinds import State
from kecs.corrections.models import Correction, Document, DocumentPart
from kecs.mail.models import OutboxMessage
from kecs.records.models import Case, StatedIdentity
from tests.factories.documents import jpeg, packed_objects, pdf, png
from tests.factories.factors import grows_stale
from tests.factories.people import MARIA, PASSWORD, Person, on_file
from tests.factories.visits import claim, errors, heading, register_new
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

SSN = "900667788"
CANARY = b"born in the house of canaries"


def file(name: str = "paper.jpg", content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or jpeg())


def asked(**instead):
    return {"last_surname": "Stone", "why": "marriage", "documents": [file()], **instead}


def ask(client, **instead):
    return client.post("/corrections", asked(**instead), follow=True)


def text(response):
    return response.content.decode()


@pytest.fixture
def maria(client):
    register_new(client, MARIA)
    return client


def test_home_leads_to_the_page_and_tells_where_the_request_stands(maria):
    assert 'href="/corrections"' in text(maria.get("/home"))
    page = ask(maria)
    assert heading(page) == "Your request for a correction"
    assert "up to 10 work days" in text(page)
    assert "Stone" in text(page)
    home = text(maria.get("/home"))
    assert "We are looking at your request from" in home
    assert 'href="/corrections/state"' in home


def test_a_borrowed_open_browser_cannot_ask(maria):
    grows_stale(maria)
    page = maria.get("/corrections", follow=True)
    assert heading(page) == "Show that it is you"
    assert page.request["QUERY_STRING"] == "next=%2Fcorrections"
    assert heading(ask(maria, ssn="900-66-7788")) == "Show that it is you"
    assert not Correction.objects.exists()
    page = maria.post("/account/again?next=/corrections", {"password": PASSWORD}, follow=True)
    assert page.request["PATH_INFO"] == "/corrections"
    assert 'value="Stone"' in text(page)
    assert "7788" not in text(page)
    assert heading(ask(maria)) == "Your request for a correction"


def test_a_request_is_a_case_and_a_mail_to_the_address_on_file(client):
    record = on_file(MARIA, contact_email="old@example.org")
    claim(client, MARIA)
    OutboxMessage.objects.all().delete()
    ask(client, ssn="900-66-7788", birth_date="04/10/1985")
    case = Case.objects.get(kind="correction")
    assert case.because == ["name", "birth_date", "ssn"]
    assert list(case.records.all()) == [record]
    assert sorted(OutboxMessage.objects.values_list("kind", "to")) == [
        ("corrections.asked", MARIA.email),
        ("corrections.asked", "old@example.org"),
    ]


def test_the_number_is_shown_masked_only_and_stands_nowhere_open(maria):
    page = ask(maria, ssn="900-66-7788", note="I am the canary")
    assert "***-**-7788" in text(page)
    for secret in ("900-66-7788", SSN, "canary"):
        assert secret not in text(page)
        assert secret not in text(maria.get("/home"))
    rows = list(Correction.objects.values()) + list(AuditEvent.objects.values()) + list(Case.objects.values())
    for secret in ("900-66-7788", SSN, "I am the canary", "Stone"):
        assert secret not in repr(rows)


def test_a_document_is_sealed_and_in_no_log_or_mail(maria):
    ask(maria, documents=[file("my secret.pdf", pdf(b"(%s)" % CANARY))])
    parts = b"".join(bytes(part.content_sealed) for part in DocumentPart.objects.all())
    assert len(parts) > len(CANARY)
    for table in (parts, repr(list(AuditEvent.objects.values())).encode()):
        assert CANARY not in table
        assert b"my secret" not in table
    from kecs.pii.fields import unseal_from

    for mail in OutboxMessage.objects.all():
        body = json.loads(unseal_from(mail, "body_sealed") or "{}")
        assert "canaries" not in body["text"]
        assert "my secret" not in body["text"]


def test_nothing_is_kept_of_a_form_with_an_error_and_the_number_is_not_shown_again(maria):
    page = ask(maria, ssn="900-66-7788", why="")
    assert errors(page) == [
        "Tell us why it is wrong.",
        "Please choose your files again. Your browser does not keep them.",
    ]
    assert "7788" not in text(page)
    assert "Stone" in text(page)
    assert (Correction.objects.count(), Document.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("instead", "problem"),
    [
        ({"last_surname": ""}, "Tell us what is right."),
        ({"last_surname": "St0ne"}, "has a number in it"),
        ({"birth_date": "13/40/1985"}, "no such month"),
        ({"ssn": "000-12-3456"}, "ever given out"),
        ({"why": "because"}, "Tell us why"),
        ({"note": "x" * 1001}, "too long"),
        ({"documents": []}, "Add a photo or a PDF"),
        ({"documents": [file() for _ in range(6)]}, "You can send 5 files"),
        ({"documents": [SimpleUploadedFile("none.jpg", b"")]}, "is empty"),
        ({"documents": [file("big.jpg", jpeg(scan=b"1" * (11 * 1024 * 1024)))]}, "larger than 10 MB"),
        ({"documents": [file("photo.jpg", b"GIF89a" + bytes(9))]}, "photo.jpg is not a photo or a PDF"),
        ({"documents": [file("a.pdf", pdf(packed_objects(b"<< /S /JavaScript >>")))]}, "can run a program"),
        ({"documents": [file(), file("../../x\u202e.png", png()[:-4])]}, "read the file x.png."),
        ({"documents": [file(":::", b"x")]}, "The file without a name is not"),
    ],
)
def test_what_is_wrong_is_said_in_words(maria, instead, problem):
    page = ask(maria, **instead)
    assert heading(page) == "Ask for a correction"
    assert any(problem in error for error in errors(page)), errors(page)
    assert not Correction.objects.exists()


def test_five_files_of_ten_megabytes_pass_and_pass_through_memory(maria, settings):
    settings.FILE_UPLOAD_TEMP_DIR = "/nowhere"
    big = jpeg(scan=b"\x12" * (10 * 1024 * 1024 - 400))
    page = ask(maria, documents=[file(f"{number}.jpg", big) for number in range(5)])
    assert heading(page) == "Your request for a correction"
    assert Document.objects.filter(state="not_scanned").count() == 5


def test_only_these_pages_take_long_bodies_and_only_of_who_is_signed_in(maria):
    def sent(client, address: str, size: int = 100_000):
        return client.post(address, {"documents": file("x.jpg", jpeg(scan=b"\x12" * size))}).status_code

    assert sent(InspectingClient(), "/corrections") == 400
    assert sent(InspectingClient(), "/register/search") == 400
    for address in ("/home", "/corrections/withdraw", "/corrections/state", "/corrections/", "/sign-out"):
        assert sent(maria, address) == 400, address
    assert sent(maria, "/corrections") == 200
    assert sent(maria, "/corrections", size=53_000_000) == 400


def test_fields_that_are_not_on_the_form_change_nothing(maria):
    ask(maria, state="accepted", account="1", account_id="1", case_id="1", closed_by="x", first_name_id="x")
    row = Correction.objects.get()
    assert (row.state, row.closed_by) == (State.OPEN, "")
    assert Document.objects.get().state == "not_scanned"


def test_one_open_request_an_account(maria):
    ask(maria)
    page = ask(maria, last_surname="Other")
    assert "You have asked already" in text(page)
    assert maria.get("/corrections").headers["Location"] == "/corrections/state"
    assert (Correction.objects.count(), Case.objects.filter(kind="correction").count()) == (1, 1)


def test_more_files_may_follow_up_to_five(maria):
    ask(maria)
    page = maria.post(
        "/corrections/documents", {"documents": [file("b.png", png()), file("c.pdf", pdf())]}, follow=True
    )
    assert "We have your files." in text(page)
    page = maria.post("/corrections/documents", {"documents": [file() for _ in range(3)]})
    assert errors(page) == ["You can send 5 files. Choose fewer."]
    page = maria.post("/corrections/documents", {"documents": [file("x", b"MZ")]})
    assert "is not a photo" in text(page)
    assert Document.objects.count() == 3


def test_a_request_is_taken_back_with_its_files_and_another_may_be_made(maria):
    ask(maria)
    page = maria.post("/corrections/withdraw", follow=True)
    assert "You took your request back" in text(page)
    assert not DocumentPart.objects.exists()
    assert set(Document.objects.values_list("state", "name")) == {("destroyed", "")}
    assert Case.objects.get(kind="correction").outcome == "withdrawn"
    assert "closed in the meantime" in text(maria.post("/corrections/withdraw", follow=True))
    ask(maria)
    assert Correction.objects.filter(state="open").count() == 1


def test_three_requests_a_day(maria):
    for _time in range(3):
        ask(maria)
        maria.post("/corrections/withdraw")
    page = ask(maria)
    assert heading(page) == "Home Page"
    assert "try again tomorrow" in text(page)
    assert Correction.objects.count() == 3


def test_nobody_sees_the_request_of_another(maria):
    ask(maria)
    other = InspectingClient()
    register_new(
        other,
        Person(first_name="Ann", last_surname="Oak", ssn="900114455"),
        username="ann.oak",
        email="a@example.org",
    )
    assert other.get("/corrections/state").headers["Location"] == "/corrections"
    other.post("/corrections/withdraw")
    other.post("/corrections/documents", {"documents": [file()]})
    assert Correction.objects.get().state == "open"
    assert Document.objects.count() == 1


def test_who_is_not_signed_in_is_led_to_sign_in(client):
    for address in ("/corrections", "/corrections/state", "/corrections/documents", "/corrections/withdraw"):
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code in {302, 405}


def test_the_pages_speak_spanish(maria):
    maria.post("/language/setlang/", {"language": "es", "next": "/"})
    assert heading(maria.get("/corrections")) == "Pida una corrección"
    assert heading(ask(maria)) == "Su solicitud de corrección"


def test_asking_changes_nothing_of_what_was_stated(maria):
    ask(maria)
    assert StatedIdentity.objects.count() == 1
    assert "Fuentes-Ortega" in text(maria.get("/home"))


def test_no_line_of_the_log_holds_what_was_typed_or_sent(maria, caplog):
    caplog.set_level(0)
    ask(maria, ssn="900-66-7788", documents=[file("my secret.pdf", pdf(b"(%s)" % CANARY))], note="canary")
    maria.post("/corrections/withdraw")
    ask(maria, ssn="900-66-7788", documents=[file("my secret.pdf", CANARY)])
    for secret in (SSN, "900-66-7788", "canar", "my secret", "Stone"):
        assert secret not in caplog.text
