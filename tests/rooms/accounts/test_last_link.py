"""A stranger who asks for her mails keeps no owner without a link that works: docs/adr/0023."""

from datetime import timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from django.core import signing

from kecs.accounts import reset_links
from kecs.accounts.known_devices import actions as devices
from kecs.accounts.models import User
from kecs.accounts.reset_links import ResetLinks
from kecs.guard import actions as guard
from kecs.guard.limits import DAY, HOUR, MINUTE
from kecs.guard.queries import database_clock
from kecs.pii.fields import unseal_from
from tests.factories.mails import mails
from tests.factories.people import MARIA
from tests.factories.visits import register_new
from tests.inspection import InspectingClient
from tests.rooms.accounts.test_email import newest_link

pytestmark = pytest.mark.django_db
KIND = "accounts.reset_password"


@pytest.fixture
def clock(monkeypatch):
    """Sets how long after the beginning it is: for counts, for the worker, for links."""
    assert isinstance(default_token_generator, ResetLinks)  # which the library's own page asks
    began, library = database_clock(), ResetLinks._now
    passed = [timedelta(0)]
    for module, clock_of in ((guard, "portal_clock"), (reset_links, "database_clock")):
        monkeypatch.setattr(module, clock_of, lambda: began + passed[0])
    monkeypatch.setattr(ResetLinks, "_now", lambda self: library(self) + passed[0])
    return passed


def newest():
    """What her newest mail says, and whether its link works now."""
    [*_earlier, mail] = [mail for mail in mails() if mail.kind == KIND]
    key = newest_link(KIND).split("/")[3]
    return unseal_from(mail, "body_sealed") or "", default_token_generator.check_token(
        User.objects.get(), key
    )


@pytest.mark.any_database("the counters are tried on each database in guard")
def test_whoever_asks_all_day_she_has_a_link_that_works_at_every_moment(clock):
    register_new(InspectingClient(), MARIA)
    stranger = InspectingClient()
    for minute in range(0, 24 * 60, 20):
        clock[0] = minute * MINUTE
        for _request in range(4 if minute < 180 else 1):
            stranger.post("/forgot-password", {"email": MARIA.email})
        for later in (0, 19):
            clock[0] = (minute + later) * MINUTE
            assert newest()[1], clock[0]
    assert len([mail for mail in mails() if mail.kind == KIND]) == 7


def test_a_link_works_for_half_an_hour_while_another_may_be_asked_for(clock):
    register_new(InspectingClient(), MARIA)
    InspectingClient().post("/forgot-password", {"email": MARIA.email})
    text, works = newest()
    assert "works once, for 30 minutes." in text
    assert works
    clock[0] = 31 * MINUTE
    assert not newest()[1]


def test_the_last_of_the_hour_works_until_the_hour_is_over_and_that_of_the_day_for_a_day(clock):
    register_new(InspectingClient(), MARIA)
    for _request in range(3):
        InspectingClient().post("/forgot-password", {"email": MARIA.email})
    assert "minutes. You asked for several links." in newest()[0]
    clock[0] = HOUR - MINUTE
    assert newest()[1]
    for hour in (1, 2):
        clock[0] = hour * (HOUR + 5 * MINUTE)
        for _request in range(3):
            InspectingClient().post("/forgot-password", {"email": MARIA.email})
    assert "for 21 hours. You asked for several links." in newest()[0]
    clock[0] = DAY - MINUTE
    assert newest()[1]
    clock[0] = DAY + 5 * MINUTE
    assert not newest()[1]


def test_what_ends_the_links_lets_her_ask_again_at_once():
    register_new(InspectingClient(), MARIA)
    EmailAddress.objects.update(verified=True)
    for _request in range(4):
        InspectingClient().post("/forgot-password", {"email": MARIA.email})
    asked = len([mail for mail in mails() if mail.kind == KIND])
    assert asked == 3
    owner = User.objects.get()

    assert devices.disown(token=signing.dumps(str(owner.pk), salt=devices.SALT), by="tests")
    assert not newest()[1]
    InspectingClient().post("/forgot-password", {"email": MARIA.email})
    assert newest()[1]
