"""The portal's clock: the database's time, whatever the machine believes."""

import time
from datetime import timedelta

import pytest
from django.core import signing
from django.db import connection
from django.utils import timezone

from kecs.audit import clock

A_SECOND = timedelta(seconds=1)


@pytest.mark.django_db
def test_it_is_the_databases_and_asks_it_once_a_minute(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(clock, "_asked", None)
    monkeypatch.setattr(clock, "ASKED_EVERY", 60.0)  # as it is outside of tests
    assert abs(clock.portal_clock() - clock.database_clock()) < A_SECOND
    if connection.vendor == "sqlite":
        return
    counted = time.monotonic()
    monkeypatch.setattr(timezone, "now", lambda: pytest.fail("the machine was asked"))
    with django_assert_num_queries(0):
        before = clock.portal_clock()
        monkeypatch.setattr(time, "monotonic", lambda: counted + 30)
        assert timedelta(seconds=28) < clock.portal_clock() - before < timedelta(seconds=31)
    monkeypatch.setattr(time, "monotonic", lambda: counted + 90)
    with django_assert_num_queries(1):
        assert abs(clock.portal_clock() - before) < A_SECOND * 5


def test_what_is_signed_ends_by_it_and_is_what_the_framework_signs(monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(clock, "portal_clock", lambda: now)
    token = clock.signed("of Ruth", salt="tests")
    assert signing.loads(token, salt="tests") == "of Ruth"
    assert (
        clock.unsigned(signing.dumps("of Ruth", salt="tests"), salt="tests", max_age=A_SECOND * 10)
        == "of Ruth"
    )
    monkeypatch.setattr(clock, "portal_clock", lambda: now + timedelta(hours=26))
    assert clock.unsigned(token, salt="tests", max_age=27 * 3600) == "of Ruth"
    with pytest.raises(signing.SignatureExpired):
        clock.unsigned(token, salt="tests", max_age=25 * 3600)
    with pytest.raises(signing.BadSignature):
        clock.unsigned(token + "x", salt="tests", max_age=27 * 3600)
