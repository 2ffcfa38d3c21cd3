"""Recoveries at the desk: approved or refused once, told to the address on file, every look on the log."""

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from kecs.accounts.models import HeldRole, Recovery, User
from kecs.accounts.recovery.actions import (
    NotPossible,
    agree_to_recovery,
    approve_recovery,
    ask_for_recovery,
    complete_due_recoveries,
    start_recovery,
    stop_recovery,
)
from kecs.accounts.recovery_status import Status
from kecs.accounts.staff.roles import StaffRole
from kecs.audit.models import AuditEvent
from kecs.mail.models import OutboxMessage
from tests.factories.claims import ON_FILE
from tests.factories.factors import as_staff, grows_stale
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
        by="t",
    )
    Recovery.objects.update(status=Status.CONFIRMED)
    return Recovery.objects.get()


@pytest.fixture
def agreed(asked):
    """One of staff has said yes."""
    agree_to_recovery(recovery_id=asked.pk, by="account:first")
    return asked


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


def test_approving_asks_twice_and_tells_the_address_on_file(staff, agreed, asked):
    assert heading(send(staff, asked, "approve")) == "Is this right?"
    asked.refresh_from_db()
    assert asked.status == Status.CONFIRMED
    send(staff, asked, "approve", confirmed="yes")
    asked.refresh_from_db()
    assert asked.status == Status.APPROVED
    assert AuditEvent.objects.get(code="console.recovery_decided").keys["outcome"] == "approve"
    assert OutboxMessage.objects.filter(kind__contains="recovery_approved").exists()


def test_it_takes_two_of_staff_and_the_first_is_not_the_second(staff, asked):
    url = f"/desk/recoveries/{asked.pk}"
    assert 'value="approve"' not in staff.get(url).content.decode()
    assert send(staff, asked, "approve", confirmed="yes").status_code == 409  # nobody agreed yet
    asked_again = send(staff, asked, "agree")
    assert heading(asked_again) == "Is this right?"
    assert "Your yes is kept." in send(staff, asked, "agree", confirmed="yes").content.decode()
    page = staff.get(url).content.decode()
    assert "You agreed to this already." in page
    assert 'value="approve"' not in page
    assert send(staff, asked, "approve", confirmed="yes").status_code == 403
    assert "a second must" in staff.get("/desk/cases?kind=recovery").content.decode()
    asked.refresh_from_db()
    assert asked.status == Status.CONFIRMED
    assert not OutboxMessage.objects.filter(kind="accounts.recovery_approved").exists()


def test_who_comes_second_changes_nothing(staff, agreed, asked):
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


def test_the_account_of_a_colleague_is_opened_by_an_administrator_only(staff, agreed, asked):
    owner = User.objects.get(username="maria")
    as_staff(owner, StaffRole.HELP_DESK)
    clerk = User.objects.get(username="ines.clerk")
    HeldRole.objects.filter(account=clerk, role=StaffRole.ADMINISTRATOR).delete()
    page = staff.get(f"/desk/recoveries/{asked.pk}").content.decode()
    assert "An administrator must do this." in page
    assert 'value="approve"' not in page
    refused = send(staff, asked, "approve", confirmed="yes")
    assert refused.status_code == 403
    asked.refresh_from_db()
    assert asked.status == Status.CONFIRMED
    with pytest.raises(NotPossible):  # the room below asks as well
        approve_recovery(recovery_id=asked.pk, by=f"account:{clerk.pk}")
    as_staff(clerk, StaffRole.ADMINISTRATOR)
    send(staff, asked, "approve", confirmed="yes")
    asked.refresh_from_db()
    assert asked.status == Status.APPROVED
    Recovery.objects.update(due_at=timezone.now())
    assert complete_due_recoveries(by="tests") == 1


def test_who_became_staff_within_the_day_is_refused(staff, agreed, asked):
    clerk = User.objects.get(username="ines.clerk")
    HeldRole.objects.filter(account=clerk, role=StaffRole.ADMINISTRATOR).delete()
    send(staff, asked, "approve", confirmed="yes")
    as_staff(User.objects.get(username="maria"), StaffRole.HELP_DESK)
    Recovery.objects.update(due_at=timezone.now())
    assert complete_due_recoveries(by="tests") == 0
    asked.refresh_from_db()
    assert asked.status == Status.REFUSED
    assert User.objects.get(username="maria").email == MARIA.email
    assert AuditEvent.objects.filter(code="accounts.recovery_refused").count() == 1


def test_nobody_approves_what_she_asked_for_herself(staff, asked):
    clerk = User.objects.get(username="ines.clerk")
    EmailAddress.objects.create(user=clerk, email="new@example.org", verified=True)
    assert send(staff, asked, "approve", confirmed="yes").status_code == 403
    asked.refresh_from_db()
    assert asked.status == Status.CONFIRMED


def test_a_second_recovery_of_an_account_waits_for_the_first(staff, asked):
    owner = User.objects.get(username="maria")
    start_recovery(account_id=owner.pk, name="Maria", email="other@example.org", by="account:t")
    refused = send(staff, asked, "agree", confirmed="yes")
    assert refused.status_code == 403
    assert "Another recovery of this account is under way." in refused.content.decode()
    with pytest.raises(NotPossible):
        agree_to_recovery(recovery_id=asked.pk, by="account:t")
    stop_recovery(account_id=owner.pk, by="account:t")
    assert "Your yes is kept." in send(staff, asked, "agree", confirmed="yes").content.decode()
