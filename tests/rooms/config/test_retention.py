"""`kecs tidy` destroys what its table names, leaves what is used or under a legal hold, and tells the log how much, never what."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from kecs.accounts.models import User
from kecs.audit.queries import newest_of
from kecs.config.retention.actions import destroy_old_data
from kecs.config.retention.periods import PERIODS, Kept
from kecs.corrections.actions import withdraw_correction
from kecs.corrections.documents.actions import destroy_old_documents
from kecs.corrections.models import Correction, Document
from kecs.guard.queries import database_clock
from kecs.mail.models import OutboxMessage
from kecs.records.kinds import Ending, MergeReason
from kecs.records.legal_holds.queries import protected
from kecs.records.merging.actions import merge_records
from kecs.records.merging.plan import FACTS, Choices, Side
from kecs.records.models import EducatorRecord, HeldAddress, Holding, RecordNumber, StatedIdentity
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim

pytestmark = pytest.mark.django_db
ANN = Person(first_name="Ann", last_surname="Lee", ssn="900124822")
LONG_AGO = timezone.now() - timedelta(days=400)


def hold(*words: str) -> str:
    out = io.StringIO()
    call_command("hold", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def maria(client):
    """Her claim lapsed, she never confirmed her address, and all of it is long ago."""
    record = on_file(MARIA)
    claim(client, MARIA)
    User.objects.update(created_at=LONG_AGO, last_login=LONG_AGO)
    OutboxMessage.objects.update(queued_at=LONG_AGO, status="sent", sent_at=LONG_AGO, body_sealed=None)
    account = User.objects.get()
    Correction.objects.create(
        account=account,
        case_id=record.pk,
        asked_sealed=b"x",
        state="refused",
        closed_at=LONG_AGO,
        closed_by="account:staff",
    )
    return record, account


def lapse() -> None:
    Holding.objects.update(
        released_at=LONG_AGO,
        released_by="system:lapse",
        released_because=Ending.LAPSED.value,
        provisional_until=None,
    )


def test_what_is_in_use_stays_and_what_is_over_goes(maria):
    assert not destroy_old_data(by="tests")[Kept.UNCONFIRMED_ACCOUNTS]  # she holds a record
    lapse()
    gone = destroy_old_data(by="tests")
    assert (gone[Kept.UNCONFIRMED_ACCOUNTS], User.objects.count(), StatedIdentity.objects.count()) == (
        1,
        0,
        0,
    )
    assert not OutboxMessage.objects.exists()
    assert newest_of("accounts.account_destroyed") is not None
    told = newest_of("config.data_destroyed")
    assert told is not None
    assert told.keys["rows"] == ["mail_rows:1"]
    assert MARIA.email not in str(told)


def test_a_legal_hold_keeps_all_of_a_person(maria):
    record, account = maria
    lapse()
    assert "is under a legal hold." in hold("place", "record", str(record.pk), "--because", "litigation")
    assert "already" in hold("place", "record", str(record.pk), "--because", "audit")
    assert "litigation" in hold("list")
    gone = destroy_old_data(by="tests")
    assert not destroy_old_documents(by="tests")
    assert (gone[Kept.UNCONFIRMED_ACCOUNTS], gone[Kept.LAPSED_CLAIMS], gone[Kept.MAIL_ROWS]) == (0, 0, 0)
    assert User.objects.filter(pk=account.pk).exists()
    assert Holding.objects.exists()
    assert OutboxMessage.objects.exists()
    hold("lift", "record", str(record.pk))
    assert destroy_old_documents(by="tests") == 1
    assert destroy_old_data(by="tests")[Kept.UNCONFIRMED_ACCOUNTS] == 1
    with pytest.raises(CommandError, match="There is no hold"):
        hold("lift", "record", str(record.pk))


def test_a_hold_keeps_the_mails_to_the_address_on_file_and_goes_along_when_records_are_joined():
    record, survivor = on_file(MARIA, contact_email="maria@school.example.org"), on_file(ANN)
    OutboxMessage.objects.create(
        to="maria@school.example.org", subject="x", kind="x", queued_by="tests", status="sent",
        queued_at=LONG_AGO, next_attempt_at=LONG_AGO, sent_at=LONG_AGO, message_id="x",
    )  # fmt: skip
    hold("place", "record", str(record.pk), "--because", "litigation")
    assert not destroy_old_data(by="tests")[Kept.MAIL_ROWS]
    assert protected() == ({record.pk}, frozenset())
    RecordNumber.objects.create(staff_unique_id="gone", record_id=survivor.pk, former_id=record.pk)
    assert survivor.pk in protected()[0]


def test_a_hold_keeps_the_mails_to_addresses_that_a_merge_took_from_the_file():
    first, second = (
        on_file(MARIA, contact_email="Maria@school.example.org"),
        on_file(ANN, contact_email="ann@example.org"),
    )
    other = on_file(
        Person(first_name="Bo", last_surname="Ray", ssn="900124823"), contact_email="bo@example.org"
    )
    # Ann's address gives way to Maria's, and Maria's to Bo's, whose record is the one that is left.
    for keeps, gives_way in ((first, second), (other, first)):
        merge_records(
            first_id=keeps.pk,
            second_id=gives_way.pk,
            choices=Choices(survivor=Side.FIRST, facts=dict.fromkeys(FACTS, Side.FIRST)),
            reason=MergeReason.TYPED_WRONG,
            case_id=None,
            by="account:staff",
        )
    for to in ("bo@example.org", "maria@school.example.org", "ann@example.org", "eve@example.org"):
        OutboxMessage.objects.create(
            to=to, subject="x", kind="x", queued_by="tests", status="sent",
            queued_at=LONG_AGO, next_attempt_at=LONG_AGO, sent_at=LONG_AGO, message_id=to,
        )  # fmt: skip
    hold("place", "record", str(other.pk), "--because", "litigation")
    assert destroy_old_data(by="tests")[Kept.MAIL_ROWS] == 1  # Eve's
    hold("lift", "record", str(other.pk))
    assert destroy_old_data(by="tests")[Kept.MAIL_ROWS] == 3


def test_a_hold_keeps_the_mails_to_an_address_that_was_replaced_while_it_lasted():
    record, other = (
        on_file(MARIA, contact_email="Maria@school.example.org"),
        on_file(ANN, contact_email="ann@example.org"),
    )
    for to in ("maria@school.example.org", "maria@district.example.org", "ann@example.org"):
        OutboxMessage.objects.create(
            to=to, subject="x", kind="x", queued_by="tests", status="sent",
            queued_at=LONG_AGO, next_attempt_at=LONG_AGO, sent_at=LONG_AGO, message_id=to,
        )  # fmt: skip
    hold("place", "record", str(record.pk), "--because", "litigation")
    # What a file of records does, twice: the first time before the job of the hour has run.
    EducatorRecord.objects.filter(pk=record.pk).update(contact_email="maria@district.example.org")
    assert destroy_old_data(by="tests")[Kept.MAIL_ROWS] == 1  # Ann's
    EducatorRecord.objects.filter(pk=record.pk).update(contact_email="maria@example.org")
    assert not destroy_old_data(by="tests")[Kept.MAIL_ROWS]
    hold("place", "record", str(other.pk), "--because", "audit")
    hold("lift", "record", str(record.pk))
    assert set(HeldAddress.objects.values_list("address", flat=True)) == {"ann@example.org"}
    assert destroy_old_data(by="tests")[Kept.MAIL_ROWS] == 2


def test_a_hold_on_nobody_is_refused():
    with pytest.raises(CommandError, match="it would protect nobody"):
        hold("place", "record", str(uuid4()), "--because", "litigation")
    with pytest.raises(CommandError, match="it would protect nobody"):
        hold("place", "account", str(uuid4()), "--because", "litigation")


def test_what_a_hold_keeps_is_not_destroyed_by_taking_the_request_back(maria):
    record, account = maria
    Correction.objects.update(state="open", closed_at=None, closed_by="")
    correction = Correction.objects.get()
    Document.objects.create(
        correction=correction, state="clean", name="license.pdf", size=1, digest=b"x", kind="pdf"
    )
    hold("place", "record", str(record.pk), "--because", "litigation")
    assert withdraw_correction(account_id=account.pk, by="tests")
    assert Document.objects.get().name == "license.pdf"


def test_sessions_go_when_the_database_says_that_they_are_over_and_are_counted():
    for key, hours in (("a" * 40, -1), ("b" * 40, 12)):
        Session.objects.create(
            session_key=key, session_data="x", expire_date=database_clock() + timedelta(hours=hours)
        )
    out = io.StringIO()
    call_command("tidy", stdout=out)
    assert "sessions: 1" in out.getvalue()
    assert Session.objects.get().session_key == "b" * 40
    told = newest_of("config.data_destroyed")
    assert told is not None
    assert "sessions:1" in told.keys["rows"]


def test_whoever_confirmed_an_address_stays(maria):
    lapse()
    maria[1].emailaddress_set.update(verified=True)
    gone = destroy_old_data(by="tests")
    assert (gone[Kept.UNCONFIRMED_ACCOUNTS], gone[Kept.LAPSED_CLAIMS]) == (0, 1)


def test_the_guide_shows_the_table():
    page = Path("docs/guides/retention.md").read_text(encoding="utf-8")
    for kept, period in PERIODS.items():
        lasts = (
            f"{period.lasts.days} days" if period.lasts else ("at once" if period.lasts is not None else "")
        )
        assert (
            f"| `{kept}` | {lasts} | {period.since} | {period.then} | {'yes' if period.held else 'no'} |"
            in page
        )
