"""Recoveries at the desk: approved or refused once, told to the address on file, every look on the log."""

import pytest

from kecs.accounts.models import Recovery, User
from kecs.accounts.recovery.actions import ask_for_recovery
from kecs.accounts.recovery_status import Status
from kecs.audit.models import AuditEvent
from kecs.mail.models import OutboxMessage
from tests.factories.claims import ON_FILE
from tests.factories.factors import grows_stale
from tests.factories.people import MARIA
from tests.factories.visits import claim, heading
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(record):
    """María has lost everything; her new address works."""
    claim(InspectingClient(), MARIA, username="maria")
    ask_for_recovery(
        name="María Fuentes",
        login="maria",
        email="new@example.org",
        message="My phone <fell>.",
        network="n",
        by="t",
    )
    Recovery.objects.update(status=Status.CONFIRMED)
    return Recovery.objects.get()


def send(client, asked, outcome, **facts):
    answers = {"outcome": outcome, "reason": "person_checked", **facts}
    return client.post(f"/desk/recoveries/{asked.pk}", answers, follow=True)


def test_the_page_shows_both_sides_and_the_look_is_on_the_log(staff, asked):
    assert f'href="/desk/recoveries/{asked.pk}"' in staff.get("/desk/cases?kind=recovery").content.decode()
    page = staff.get(f"/desk/recoveries/{asked.pk}").content.decode()
    for shown in ("new@example.org", "maria@example.org", ON_FILE, "My phone &lt;fell&gt;.", "✓ same"):
        assert shown in page
    [look] = AuditEvent.objects.filter(code="console.recovery_looked_at")
    assert look.subject == f"recovery:{asked.pk}"
    assert look.keys["account"] == str(User.objects.get(username="maria").pk)


def test_approving_asks_twice_and_tells_the_address_on_file(staff, asked):
    assert heading(send(staff, asked, "approve")) == "Is this right?"
    asked.refresh_from_db()
    assert asked.status == Status.CONFIRMED
    send(staff, asked, "approve", confirmed="yes")
    asked.refresh_from_db()
    assert asked.status == Status.APPROVED
    assert AuditEvent.objects.get(code="console.recovery_decided").keys["outcome"] == "approve"
    assert OutboxMessage.objects.filter(kind__contains="recovery_approved").exists()


def test_who_comes_second_changes_nothing(staff, asked):
    send(staff, asked, "refuse", confirmed="yes")
    page = send(staff, asked, "approve", confirmed="yes")
    assert page.status_code == 409
    asked.refresh_from_db()
    assert asked.status == Status.REFUSED
    assert AuditEvent.objects.filter(code="console.recovery_decided").count() == 1


def test_a_reason_is_required(staff, asked):
    assert "Choose a reason." in send(staff, asked, "refuse", reason="", confirmed="yes").content.decode()
    asked.refresh_from_db()
    assert asked.status == Status.CONFIRMED


def test_after_ten_minutes_the_second_step_is_asked_and_nothing_is_decided(staff, asked):
    grows_stale(staff)
    assert staff.get("/desk/cases").status_code == 200
    page = send(staff, asked, "approve", confirmed="yes")
    assert heading(page) == "Show that it is you"
    asked.refresh_from_db()
    assert asked.status == Status.CONFIRMED


def test_a_request_that_is_none_is_not_found(staff):
    assert staff.get("/desk/recoveries/00000000-0000-0000-0000-000000000000").status_code == 404
