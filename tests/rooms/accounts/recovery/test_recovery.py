"""Getting in again through staff: nobody is told who exists, a day goes by, and the owner can stop it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kecs.accounts.models import AccountSession, Recovery, User
from kecs.accounts.queries import confirmed_addresses
from kecs.accounts.recovery import actions
from kecs.accounts.recovery.queries import open_recoveries
from kecs.accounts.recovery_status import Status
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from tests.factories.mails import mails
from tests.factories.people import MARIA
from tests.factories.visits import register_new
from tests.inspection import InspectingClient, lasting

pytestmark = pytest.mark.django_db
NEW = "maria.new@example.org"
ASKED = {"name": "Maria Fuentes", "login": "maria.fuentes", "email": NEW, "message": "Call 555-0100"}


def newest_link(kind):
    mails()
    message = OutboxMessage.objects.filter(kind=kind).order_by("queued_at").last()
    assert message is not None
    found = re.search(
        r"http://127\.0\.0\.1:8000(/\S+?)(?=[\"\\\s])", unseal_from(message, "body_sealed") or ""
    )
    assert found
    return found.group(1)


@pytest.fixture
def maria(client):
    register_new(client, MARIA)
    return User.objects.get()


@pytest.fixture
def asked(maria):
    """Her request, the new address confirmed."""
    lost = InspectingClient()
    lost.post("/recover", ASKED)
    assert open_recoveries() == []
    lost.get(newest_link("accounts.recovery_confirm"))
    assert open_recoveries() == []
    lost.post("/recover/confirm")
    [found] = open_recoveries()
    return found


def approved(asked):
    actions.agree_to_recovery(recovery_id=asked.id, by="account:first")
    actions.approve_recovery(recovery_id=asked.id, also_tell=["onfile@example.org"], by="account:staff")
    return asked.id


def a_day_goes_by():
    Recovery.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_staff_see_what_was_typed_and_the_table_does_not(asked, maria):
    assert (asked.name, asked.email, asked.account_id) == ("Maria Fuentes", NEW, maria.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_recovery")
        assert NEW not in str(cursor.fetchall())


def test_the_whole_road(client, maria, asked):
    approved(asked)
    told = OutboxMessage.objects.filter(kind="accounts.recovery_approved").values_list("to", flat=True)
    assert set(told) == {MARIA.email, "onfile@example.org"}
    assert actions.complete_due_recoveries(by="tests") == 0
    a_day_goes_by()
    assert actions.complete_due_recoveries(by="tests") == 1
    assert actions.complete_due_recoveries(by="tests") == 0
    account = User.objects.get()
    assert account.email == NEW
    assert NEW in confirmed_addresses(account.pk)
    assert not account.has_usable_password()
    assert not AccountSession.objects.exists()
    new = InspectingClient()
    new.post("/forgot-password", {"email": NEW})
    assert newest_link("accounts.reset_password").startswith("/forgot-password/")


def test_who_is_told_can_stop_it(client, maria, asked):
    recovery_id = approved(asked)
    owner = InspectingClient()
    owner.get(newest_link("accounts.recovery_approved"))
    assert Recovery.objects.get().status == Status.APPROVED
    assert "It is stopped" in owner.post("/recover/stop").content.decode()
    a_day_goes_by()
    assert actions.complete_due_recoveries(by="tests") == 0
    assert User.objects.get().email == MARIA.email
    with pytest.raises(actions.NotPossible):
        actions.approve_recovery(recovery_id=recovery_id, by="account:staff")


def test_who_stops_one_stops_all(maria, asked):
    """What staff started waits for another of staff; its first link works after the yes too, and ends whatever is under way."""
    started = actions.start_recovery(
        account_id=maria.pk, name="M", email="other@example.org", by="account:starter"
    )
    first = newest_link("accounts.recovery_started")
    caller = InspectingClient()
    caller.get(newest_link("accounts.recovery_confirm"))
    caller.post("/recover/confirm")
    with pytest.raises(actions.NotPossible):
        actions.approve_recovery(recovery_id=started, by="account:starter")
    actions.approve_recovery(recovery_id=started, by="account:colleague")
    Recovery.objects.filter(pk=asked.id).update(status=Status.APPROVED, account=maria)
    owner = InspectingClient()
    owner.get(first)
    assert "It is stopped" in owner.post("/recover/stop").content.decode()
    assert set(Recovery.objects.values_list("status", flat=True)) == {Status.CANCELLED}


def test_staff_refuse(asked):
    actions.refuse_recovery(recovery_id=asked.id, by="account:staff")
    assert open_recoveries() == []
    with pytest.raises(actions.NotPossible):
        actions.approve_recovery(recovery_id=asked.id, by="account:staff")


def test_nobody_approves_her_own(asked, maria):
    with pytest.raises(actions.NotPossible):
        actions.agree_to_recovery(recovery_id=asked.id, by=f"account:{maria.pk}")


def test_no_one_person_of_staff_lets_in_who_asked_on_the_public_page(asked, maria):
    """Whoever decides could have asked herself, under an address that no account knows."""
    with pytest.raises(actions.NotPossible):
        actions.approve_recovery(recovery_id=asked.id, by="account:first")
    actions.agree_to_recovery(recovery_id=asked.id, by="account:first")
    for again in (actions.agree_to_recovery, actions.approve_recovery):
        with pytest.raises(actions.NotPossible):
            again(recovery_id=asked.id, by="account:first")
    with pytest.raises(actions.NotPossible):  # nor two who agree
        actions.agree_to_recovery(recovery_id=asked.id, by="account:second")
    row = Recovery.objects.get()
    assert (row.status, row.account_id) == (Status.CONFIRMED, maria.pk)
    assert not OutboxMessage.objects.filter(kind="accounts.recovery_approved").exists()
    actions.approve_recovery(recovery_id=asked.id, by="account:second")
    row.refresh_from_db()
    assert row.status == Status.APPROVED


def test_an_address_that_another_account_has_by_then_is_refused(asked, maria):
    from allauth.account.models import EmailAddress

    approved(asked)
    a_day_goes_by()
    other = User.objects.create(username="other.one", email=NEW)
    EmailAddress.objects.create(user=other, email=NEW, verified=True, primary=True)
    assert actions.complete_due_recoveries(by="tests") == 0
    assert User.objects.get(pk=maria.pk).email == MARIA.email


def test_asking_is_the_same_for_a_name_that_nobody_has(maria):
    seen = []
    for login in ("maria.fuentes", "maria.nobodys"):
        stranger = InspectingClient()
        with CaptureQueriesContext(connection) as queries:
            page = stranger.post("/recover", {**ASKED, "login": login}, follow=True)
        seen.append(
            (
                lasting(page.content.decode()),
                [re.sub(r"'[^']*'|\d+|[0-9a-f-]{32,36}", "", q["sql"])[:60] for q in queries],
            )
        )
    assert seen[0] == seen[1]


def test_it_is_limited_by_name(maria):
    for _try in range(5):
        InspectingClient().post("/recover", ASKED)
    assert Recovery.objects.count() == 3
