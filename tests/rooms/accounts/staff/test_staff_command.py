"""`kecs staff`: the first administrator, and roles when nobody can sign in."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kecs.accounts.models import User
from kecs.audit.models import AuditEvent
from tests.factories import factors as f
from tests.factories.people import PASSWORD
from tests.factories.visits import heading
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


def staff(*words):
    said = StringIO()
    call_command("staff", *words, stdout=said)
    return said.getvalue()


def test_the_first_administrator_chooses_her_password_by_a_link_and_is_made_once():
    said = staff("first", "Ada.Admin", "ADA@example.org")
    assert said.startswith("Ada.Admin is an administrator.")
    (path,) = re.findall(r"http://[^/]+(/forgot-password/\S+)", said)
    browser = InspectingClient()
    page = browser.get(path, follow=True)
    form = page.redirect_chain[-1][0] if page.redirect_chain else path
    browser.post(form, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    f.types_password(browser, login="ada.admin")
    assert heading(browser.get("/desk", follow=True)) == "Second step"
    with pytest.raises(CommandError, match="an administrator already"):
        staff("first", "eve.admin", "eve@example.net")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "email"), [("a", "a@example.org"), ("ada", "no address"), ("ada@x", "a@example.org")]
)
def test_the_first_administrator_has_a_username_and_an_address(name, email):
    with pytest.raises(CommandError):
        staff("first", name, email)
    assert not User.objects.exists()


def test_roles_are_given_and_taken_and_each_is_on_the_log():
    owner = f.account()
    assert staff("give", "MARIA.fuentes", "records") == "maria.fuentes has the role records.\n"
    assert User.objects.get().is_staff
    assert staff("give", "maria.fuentes", "records") == "maria.fuentes has the role records, as before.\n"
    assert staff("give", "maria.fuentes", "administrator")
    assert staff("list") == "maria.fuentes: administrator, records; no second step yet\n"
    f.with_app(owner)
    assert staff("list") == "maria.fuentes: administrator, records; second step\n"
    assert staff("take", "maria.fuentes", "records") == "maria.fuentes does not have the role records.\n"
    with pytest.raises(CommandError, match="last administrator"):
        staff("take", "maria.fuentes", "administrator")
    assert User.objects.get().is_staff
    events = AuditEvent.objects.filter(code__startswith="accounts.role")
    assert [(event.code, event.keys["role"], event.by) for event in events.order_by("sequence")] == [
        ("accounts.role_given", "records", "system:staff"),
        ("accounts.role_given", "administrator", "system:staff"),
        ("accounts.role_taken", "records", "system:staff"),
    ]


def test_a_username_that_nobody_has():
    with pytest.raises(CommandError, match="no account with this username"):
        staff("give", "nobody", "records")
