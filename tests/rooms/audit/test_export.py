"""`kecs audit export`: the log under OWASP's names, and the rows as they were."""

import io
import json
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.core.management import call_command
from django.db import transaction

from kecs.accounts.events import SignedIn, SignInDisowned, SignInFailed, UsernamesSent
from kecs.audit.actions import record
from kecs.audit.events import Event
from kecs.audit.models import AuditEvent
from kecs.audit.owasp import Level, Owasp, level_of
from kecs.audit.queries import chain_state
from kecs.guard.events import LimitReached
from kecs.guard.limits import GUESSES, Limit

pytestmark = pytest.mark.django_db


def happened(*events):
    for event in events:
        with transaction.atomic():
            record(event=event, by="anonymous")


def exported(*options):
    out = io.StringIO()
    call_command("audit", "export", *options, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_row_has_its_name_its_level_and_its_ids():
    happened(SignInFailed(subject="-"), SignedIn(subject="account:1", factor="totp"))
    failed, signed_in = exported()
    assert (failed["event"], failed["level"]) == ("authn_login_fail", "WARN")
    assert signed_in == {
        "datetime": AuditEvent.objects.get(sequence=2).at.isoformat(),
        "appid": "kecs",
        "event": "authn_login_success",
        "level": "INFO",
        "sequence": 2,
        "code": "accounts.signed_in",
        "by": "anonymous",
        "subject": "account:1",
        "keys": {"factor": "totp"},
    }


def test_only_what_came_since():
    happened(SignInFailed(subject="-"), SignInDisowned(subject="account:1"))
    assert [line["event"] for line in exported("--after", "1")] == ["authn_login_lock"]
    assert exported("--after", "2") == []


def test_what_the_vocabulary_has_no_word_for_keeps_ours():
    happened(UsernamesSent(subject="account:1"))
    assert [(line["event"], line["level"]) for line in exported()] == [("accounts.usernames_sent", "INFO")]


def test_a_row_of_a_kind_that_is_gone_is_told_all_the_same():
    with transaction.atomic():
        happened(UsernamesSent(subject="-"))
        row = AuditEvent.objects.get()
        AuditEvent.objects.bulk_create(
            [
                AuditEvent(
                    sequence=2,
                    at=row.at,
                    code="accounts.gone",
                    by="-",
                    subject="-",
                    keys={},
                    digest=bytes(32),
                )
            ]
        )
    assert exported()[1]["event"] == "accounts.gone"


@pytest.mark.parametrize("limit", Limit)
def test_guesses_that_came_to_their_end_are_no_mere_limit(limit):
    happened(LimitReached(subject="limit:x", limit=limit.value))
    name = "authn_login_fail_max" if limit in GUESSES else "excess_rate_limit_exceeded"
    assert [line["event"] for line in exported()] == [name]


def test_the_name_is_not_in_the_row_so_another_one_breaks_no_chain(monkeypatch):
    happened(SignInFailed(subject="-"))
    assert "authn_login_fail" not in json.dumps(AuditEvent.objects.values("code", "keys").get())
    monkeypatch.setattr(SignInFailed, "owasp", Owasp.AUTHZ_FAIL)
    assert exported()[0]["event"] == "authz_fail"
    assert chain_state().broken_at is None


def test_an_alarm_is_never_a_mere_information():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Rung(Event):
        """Something rang."""

        owasp: ClassVar[Owasp | None] = None
        is_alarm: ClassVar[bool] = True

    assert level_of(Rung.owasp, is_alarm=Rung.is_alarm) is Level.WARN
    assert level_of(Owasp.AUTHZ_FAIL, is_alarm=True) is Level.CRITICAL
