"""`kecs staff`: who is staff."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kecs.accounts.models import User
from kecs.audit.models import AuditEvent
from tests.factories import factors as f

pytestmark = pytest.mark.django_db


def staff(*words):
    said = StringIO()
    call_command("staff", *words, stdout=said)
    return said.getvalue()


def test_an_account_becomes_staff_and_is_none_again():
    owner = f.account()
    assert staff("add", "MARIA.fuentes") == "maria.fuentes is staff.\n"
    assert User.objects.get().is_staff
    assert staff("add", "maria.fuentes") == "maria.fuentes is staff already.\n"
    assert staff("list") == "maria.fuentes: no second step yet\n"
    f.with_app(owner)
    assert staff("list") == "maria.fuentes: second step\n"
    assert staff("remove", "maria.fuentes") == "maria.fuentes is no staff.\n"
    assert staff("list") == ""
    events = AuditEvent.objects.filter(code__startswith="accounts.staff")
    assert [(event.code, event.by) for event in events] == [
        ("accounts.staff_marked", "system:staff"),
        ("accounts.staff_unmarked", "system:staff"),
    ]


def test_a_username_that_nobody_has():
    with pytest.raises(CommandError, match="no account with this username"):
        staff("add", "nobody")
