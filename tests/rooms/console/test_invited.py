"""Who gives no SSN comes to an account: asks, staff invite, the link ends on the ordinary form, and nothing is proved by that."""

from datetime import timedelta

import pytest
from django.db import transaction

from kecs.accounts.models import User
from kecs.assurance.actions import release
from kecs.assurance.models import Evidence
from kecs.mail.models import OutboxMessage
from kecs.records.actions import open_case
from kecs.records.kinds import AssuranceLevel, CaseKind
from kecs.records.models import Case, EducatorRecord, Holding
from kecs.registration.invited.actions import forget_invitations
from kecs.registration.invited.queries import LASTS
from kecs.registration.models import Invitation
from tests.factories import desk
from tests.factories.claims import confirm_address, newest
from tests.factories.people import Person, on_file
from tests.factories.visits import errors, heading
from tests.inspection import InspectingClient

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("one road; what it writes is seen in other tests"),
]
ANA = Person(first_name="Ana", last_surname="Sol", email="ana@example.org")
OVER = "This link does not work any more"


def invited(staff, case_id):
    """Staff invite; the path in the mail."""
    desk.decide(staff, case_id, "invite", note="Welcome.")
    text = newest("console.account_invited", "ana@example.org")
    return text.split("http://127.0.0.1:8000")[1].split()[0]


def test_from_the_request_to_the_home_page(staff):
    case_id = desk.no_ssn()
    asked = desk.send(staff, case_id, "invite", note="Welcome.").content.decode()
    assert "/register/invited/…" in asked, "staff read the mail without the link that works"
    assert not Invitation.objects.exists()
    people = EducatorRecord.objects.count()
    link = invited(staff, case_id)
    ana = InspectingClient()
    page = ana.get(link, follow=True)
    assert page.redirect_chain[-1][0] == "/register/invited", "the token is out of the address"
    said = page.content.decode()
    assert "Hello Ana." in said
    assert "02/03/1980" not in said
    assert 'value="ana@example.org"' in said
    assert (
        "Your suggested password:" in ana.post("/register/invited", {"suggest": "password"}).content.decode()
    )
    assert errors(ana.post("/register/invited", ANA.account(password2="x")))
    home = ana.post("/register/invited", ANA.account(username="ana.sol"), follow=True)
    assert heading(home) == "Home Page"
    assert "not given" in home.content.decode()
    held = Holding.objects.get(account__username="ana.sol")
    assert (held.level, held.record.first_name) == (AssuranceLevel.UNDER_REVIEW, "Ana")
    assert EducatorRecord.objects.count() == people + 1
    assert Invitation.objects.get().facts_sealed is None
    # It worked once, whoever opens it; and a case that is opened again does not make a second account.
    assert heading(InspectingClient().get(link, follow=True)) == OVER
    staff.post(f"/desk/cases/{case_id}/reopen", {"reason": "decided_wrongly"})
    assert desk.send(staff, case_id, "invite", note="Again.").status_code == 409
    assert User.objects.filter(username__startswith="ana").count() == 1


def test_an_invitation_ends_after_a_week_or_with_the_next_one(staff):
    case_id = desk.no_ssn()
    first = invited(staff, case_id)
    staff.post(f"/desk/cases/{case_id}/reopen", {"reason": "decided_wrongly"})
    OutboxMessage.objects.all().delete()
    second = invited(staff, case_id)
    assert heading(InspectingClient().get(first, follow=True)) == OVER
    ana = InspectingClient()
    assert heading(ana.get(second, follow=True)) == "Create your account"
    assert forget_invitations(by="tests") == 0
    Invitation.objects.update(made_at=Invitation.objects.get().made_at - LASTS - timedelta(seconds=1))
    assert heading(ana.post("/register/invited", ANA.account())) == OVER
    assert forget_invitations(by="tests") == 1
    assert not User.objects.filter(username="maria.fuentes").exists()
    assert Case.objects.get(pk=case_id).outcome == "invite"


# --- Who invited somebody is not the one who vouches for her -------------------------------------------------------


@pytest.fixture
def ana(staff):
    """Ines invited her; her account, with her address confirmed."""
    link = invited(staff, desk.no_ssn())
    browser = InspectingClient()
    browser.get(link, follow=True)
    browser.post("/register/invited", ANA.account(username="ana.sol"))
    confirm_address(browser, "ana@example.org")
    return User.objects.get(username="ana.sol")


def somebody_else_invited_her():
    """And Ines has nothing to do with it."""
    Invitation.objects.update(made_by="account:00000000-0000-0000-0000-000000000000")


def vouches(staff, ana):
    """Opens her page, and says that she saw a passport."""
    record_id = Holding.objects.get(account=ana, released_at=None).record_id
    staff.post(f"/desk/people/{record_id}", {"why": "visit"})
    answers = {"reason": "visitor_checked", "paper": "passport"}
    return staff.post(f"/desk/accounts/{ana.pk}/repairs/raise-evidence", answers, follow=True)


def test_who_invited_her_does_not_say_that_she_is_the_person(staff, ana):
    page = vouches(staff, ana)
    assert page.status_code == 409
    assert errors(page) == ["You invited this person. Ask a colleague to check who they are."]
    assert Holding.objects.get(account=ana).level == AssuranceLevel.UNDER_REVIEW
    assert not Evidence.objects.exists()
    somebody_else_invited_her()
    vouches(staff, ana)
    assert Holding.objects.get(account=ana).level == AssuranceLevel.VERIFIED


def test_nor_by_way_of_a_case(staff, ana):
    held = Holding.objects.get(account=ana)
    release(holding_id=held.pk, reason="no_answer", by="tests")
    free = on_file(Person(first_name="Ana", last_surname="Sol", ssn="901230001"))
    with transaction.atomic():
        open_case(kind=CaseKind.NEAR_MATCH, account_id=ana.pk, record_ids=[free.pk], because=(), by="tests")
    case_id = desk.case_of(CaseKind.NEAR_MATCH)
    page = desk.send(staff, case_id, "give_evidence")
    assert page.status_code == 409
    assert "You invited this person." in page.content.decode()
    somebody_else_invited_her()
    desk.decide(staff, case_id, "give_evidence")
    assert Holding.objects.get(record=free).level == AssuranceLevel.VERIFIED
