"""Who is staff: an administrator invites, gives and takes roles; nobody changes her own, and the last one stays."""

import threading

import pytest
from django.db import connection, connections

from kecs.accounts.models import HeldRole, User
from kecs.accounts.staff.actions import LastAdministrator, give_role, take_role
from kecs.accounts.staff.queries import roles_of
from kecs.accounts.staff.roles import StaffRole
from kecs.audit.models import AuditEvent
from kecs.mail.models import OutboxMessage
from tests.factories.claims import newest
from tests.factories.factors import as_staff
from tests.factories.people import MARIA
from tests.factories.visits import errors, heading, register_new
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


def maria():
    register_new(InspectingClient(), MARIA, username="maria")
    return User.objects.get(username="maria")


def test_an_account_that_is_there_gets_roles_and_loses_them(staff):
    owner = maria()
    page = staff.post("/desk/staff", {"username": "Maria", "email": ""}, follow=True)
    assert heading(page) == "What may maria do?"
    staff.post(f"/desk/staff/{owner.pk}", {"help_desk": "on", "records": "on"})
    assert roles_of(owner.pk) == {StaffRole.HELP_DESK, StaffRole.RECORDS}
    staff.post(f"/desk/staff/{owner.pk}", {"records": "on"})
    assert roles_of(owner.pk) == {StaffRole.RECORDS}
    staff.post(f"/desk/staff/{owner.pk}", {})
    owner.refresh_from_db()
    assert not owner.is_staff
    told = AuditEvent.objects.filter(code__startswith="accounts.role", subject=f"account:{owner.pk}")
    clerk = User.objects.get(username="ines.clerk")
    assert [(event.code, event.by) for event in told.order_by("sequence")] == [
        ("accounts.role_given", f"account:{clerk.pk}"),
        ("accounts.role_given", f"account:{clerk.pk}"),
        ("accounts.role_taken", f"account:{clerk.pk}"),
        ("accounts.role_taken", f"account:{clerk.pk}"),
    ]


def test_each_change_is_told_to_her_and_to_who_watches(staff):
    owner = maria()
    officer = User.objects.create(username="olga", email="olga@example.org", language="es")
    as_staff(officer, StaffRole.SECURITY_OFFICER)
    helper = User.objects.create(username="hana", email="hana@example.org")
    as_staff(helper, StaffRole.HELP_DESK)
    staff.post(f"/desk/staff/{owner.pk}", {"help_desk": "on", "records": "on"})
    staff.post(f"/desk/staff/{owner.pk}", {"help_desk": "on", "records": "on"})  # changes nothing
    told = OutboxMessage.objects.filter(kind="accounts.roles_changed").values_list("to", flat=True)
    assert sorted(told) == sorted([MARIA.email, "olga@example.org", "ines@example.org"]), (
        "one mail for both roles"
    )
    hers = newest("accounts.roles_changed", MARIA.email)
    for words in (
        "account maria changed",
        "Given: help desk, records",
        "Changed by: ines.clerk",
        "If it is not right",
    ):
        assert words in hers, words
    assert "Se dieron: atención al público, expedientes" in newest(
        "accounts.roles_changed", "olga@example.org"
    )
    give_role(account_id=helper.pk, role=StaffRole.REVIEWER, by="system:staff")
    assert "works on the server itself" in newest("accounts.roles_changed", "hana@example.org")


def test_a_colleague_without_an_account_is_invited(staff):
    page = staff.post("/desk/staff", {"username": "new.clerk", "email": "New@example.org"}, follow=True)
    assert heading(page) == "What may new.clerk do?"
    invited = User.objects.get(username="new.clerk")
    assert not invited.has_usable_password()
    assert not invited.is_staff, "an invitation gives no role"
    mail = OutboxMessage.objects.get(kind="accounts.staff_invited")
    assert mail.to == "new@example.org"


def test_the_invitation_speaks_the_language_of_whom_it_invites(staff):
    assert 'value="en" selected' in staff.get("/desk/staff").content.decode()
    form = {"username": "new.clerk", "email": "new@example.org", "language": "es"}
    staff.post("/desk/staff", form)
    assert User.objects.get(username="new.clerk").language == "es"
    assert "Elija su contraseña aquí" in newest("accounts.staff_invited", "new@example.org")
    page = staff.post("/desk/staff", {**form, "username": "other.clerk", "language": "fr"})
    assert len(errors(page)) == 1


@pytest.mark.parametrize(
    ("username", "email"),
    [("nobody", ""), ("ines.clerk", "ines2@example.org"), ("no", ""), ("x y z", "a@example.org")],
)
def test_what_names_nobody_or_somebody_else_is_told(staff, username, email):
    page = staff.post("/desk/staff", {"username": username, "email": email})
    assert errors(page)
    assert User.objects.count() == 1


def test_nobody_changes_her_own_roles(staff):
    clerk = User.objects.get(username="ines.clerk")
    page = staff.post(f"/desk/staff/{clerk.pk}", {})
    assert page.status_code == 403
    assert roles_of(clerk.pk) == set(StaffRole)


def test_a_page_that_no_role_opens_says_whom_to_ask_and_is_on_the_log(staff):
    clerk = User.objects.get(username="ines.clerk")
    take_role(account_id=clerk.pk, role=StaffRole.RECORDS, by="tests")
    take_role(account_id=clerk.pk, role=StaffRole.REVIEWER, by="tests")
    page = staff.get("/desk/letters")
    assert page.status_code == 403
    assert heading(page) == "Your role does not open this page"
    refused = AuditEvent.objects.get(code="console.page_refused")
    assert (refused.by, refused.keys) == (f"account:{clerk.pk}", {"function": "post_letters"})
    assert "Letters" not in staff.get("/desk").content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_take_each_others_role_one_stays():
    owners = []
    for name in ("ada", "eve"):
        owner = User.objects.create(username=name, email=f"{name}@example.org")
        give_role(account_id=owner.pk, role=StaffRole.ADMINISTRATOR, by="tests")
        owners.append(owner.pk)
    refused = []

    def take(account_id, by):
        try:
            take_role(account_id=account_id, role=StaffRole.ADMINISTRATOR, by=f"account:{by}")
        except LastAdministrator:
            refused.append(by)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=take, args=(owners[0], owners[1])),
        threading.Thread(target=take, args=(owners[1], owners[0])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1, connection.vendor
    assert HeldRole.objects.filter(role=StaffRole.ADMINISTRATOR).count() == 1
