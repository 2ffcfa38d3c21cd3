"""A correction from end to end: an educator asks with a document, staff open both, decide, and all that follows happens."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kecs.accounts.models import User
from kecs.assurance.actions import release
from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.corrections.models import Correction, Document
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from kecs.records.models import Case
from tests.factories import desk
from tests.factories.claims import ON_FILE, hold_of
from tests.factories.documents import jpeg
from tests.factories.factors import grows_stale
from tests.factories.people import MARIA
from tests.factories.visits import claim, heading
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(record):
    """María's browser; she married, and was born on another day than on file."""
    maria = InspectingClient()
    claim(maria, MARIA)
    page = maria.post(
        "/corrections",
        {
            "last_surname": "Stone",
            "birth_date": "04/10/1985",
            "why": "marriage",
            "documents": [SimpleUploadedFile("marriage.jpg", jpeg())],
        },
        follow=True,
    )
    assert heading(page) == "Your request for a correction"
    OutboxMessage.objects.all().delete()
    return maria


def decide(staff, outcome, note):
    """The case's page, the question, the answer."""
    page = desk.decide(staff, Case.objects.get(kind="correction").pk, outcome, note=note)
    assert heading(page) == "Cases"


def told():
    return sorted(OutboxMessage.objects.values_list("kind", "to"))


def the_answer():
    return unseal_from(OutboxMessage.objects.get(kind="corrections.decided"), "body_sealed") or ""


def test_staff_see_what_is_asked_open_the_document_and_both_are_on_the_log(staff, asked):
    case = Case.objects.get(kind="correction")
    assert f'href="/desk/cases/{case.pk}"' in staff.get("/desk/cases").content.decode()
    page = staff.get(f"/desk/cases/{case.pk}").content.decode()
    for shown in ("Stone", "04/10/1985", "marriage.jpg", "Open document 1"):
        assert shown in page
    assert MARIA.ssn not in page
    document = Document.objects.get()
    form = page.partition(f'action="/desk/documents/{document.pk}"')[2].partition("</form>")[0]
    assert "csrfmiddlewaretoken" in form
    got = staff.post(f"/desk/documents/{document.pk}")
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(got) if got.streaming else got.content
    clerk = f"account:{User.objects.get(username='ines.clerk').pk}"
    assert AuditEvent.objects.filter(code="console.case_looked_at", by=clerk).exists()
    [opened] = AuditEvent.objects.filter(code="corrections.document_opened")
    assert (opened.by, opened.keys["document"]) == (clerk, str(document.pk))
    assert asked.post(f"/desk/documents/{document.pk}").status_code == 404, "the educator is no staff"


def test_accepting_changes_the_record_tells_every_address_and_closes_the_case(staff, asked, record):
    decide(staff, "accept", "Your certificate is in order.")
    record.refresh_from_db()
    assert record.last_surname == "Stone"
    assert unseal_from(record, "birth_date_sealed") == "1985-04-10"
    assert told() == sorted(
        [
            ("corrections.changed", MARIA.email),
            ("corrections.changed", ON_FILE),
            ("corrections.decided", MARIA.email),
        ]
    )
    assert "Your certificate is in order." in the_answer()
    case = Case.objects.get(kind="correction")
    assert (case.outcome, Correction.objects.get().state) == ("accepted", "accepted")
    assert case.closed_by == f"account:{User.objects.get(username='ines.clerk').pk}"
    assert str(case.pk) not in staff.get("/desk/cases").content.decode()
    [decided] = AuditEvent.objects.filter(code="console.case_decided")
    assert decided.keys == {
        "kind": "correction",
        "outcome": "accept",
        "reason": "person_checked",
        "paper": "",
    }
    assert "Stone" in asked.get("/home").content.decode()
    assert chain_state().broken_at is None


def test_after_the_claim_ended_the_page_says_so_and_offers_to_refuse_only(staff, asked):
    case_id = Case.objects.get(kind="correction").pk
    stamp = desk.stamp_in(staff.get(f"/desk/cases/{case_id}"))
    release(holding_id=hold_of("maria.fuentes").pk, reason="wrong_person", by="tests")
    page = staff.get(f"/desk/cases/{case_id}").content.decode()
    assert "This can only be refused: the account does not have the record any more." in page
    assert 'value="accept"' not in page
    assert 'value="refuse"' in page
    refused = desk.send(staff, case_id, "accept", note="x", stamp=stamp)
    assert "Choose what to do." in refused.content.decode()
    assert Correction.objects.get().state == "open"


def test_who_is_a_party_of_the_case_does_not_open_its_documents(staff, asked):
    """Her page of the case is shut; so is the address of a document, which a colleague may have sent her."""
    clerk = User.objects.get(username="ines.clerk")
    Case.objects.filter(kind="correction").update(other_account_id=clerk.pk)
    refused = staff.post(f"/desk/documents/{Document.objects.get().pk}")
    assert (refused.status_code, heading(refused)) == (403, "This is about you")
    assert not AuditEvent.objects.filter(code="corrections.document_opened").exists()


def test_refusing_changes_nothing_and_says_why(staff, asked, record):
    decide(staff, "refuse", "We cannot read the photo.")
    before = record.last_surname
    record.refresh_from_db()
    assert record.last_surname == before
    assert told() == [("corrections.decided", MARIA.email)]
    assert "We cannot read the photo." in the_answer()
    assert Case.objects.get(kind="correction").outcome == "refused"
    assert "We cannot read the photo." in asked.get("/corrections/state").content.decode()
    assert Correction.objects.get().state == "refused"


def test_nobody_decides_without_a_second_step_shown_just_now(staff, asked, record):
    case = Case.objects.get(kind="correction")
    grows_stale(staff)
    answers = {"outcome": "accept", "reason": "person_checked", "note": "x", "confirmed": "yes"}
    assert staff.post(f"/desk/cases/{case.pk}", answers).status_code == 302
    assert asked.post(f"/desk/cases/{case.pk}", answers).status_code == 404
    assert Correction.objects.get().state == "open"
    assert told() == []
