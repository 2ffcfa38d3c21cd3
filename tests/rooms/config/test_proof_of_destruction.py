"""The law of the table of periods: of each kind in it, what goes is gone with the line that proves it, or neither."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django.utils import timezone

from kecs.accounts.models import Device, User
from kecs.audit.queries import newest_of
from kecs.config.retention.actions import destroy_old_data
from kecs.config.retention.periods import PERIODS, Kept
from kecs.corrections.desk.actions import forget_old_corrections
from kecs.corrections.documents.actions import destroy_old_documents
from kecs.corrections.models import Correction, DeskCorrection, Document, DocumentPart
from kecs.guard.models import LimitCounter, RobotAnswer, SearchTally
from kecs.mail.actions import send_due
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import seal_into
from kecs.records.kinds import Ending
from kecs.records.models import Holding, Run, UndoBatch, Upload
from kecs.records.uploads.sealed_files import SealedFile, folder
from kecs.registration.models import Invitation, RegistrationOutcome
from tests.factories.people import MARIA, on_file

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=500)


class LogFull(Exception):
    """The event could not be written."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """How something old of a kind is made, how much of it there is, what destroys it, and the event that proves it."""

    make: Callable[[], object]
    there: Callable[[], int]
    destroy: Callable[[], object]
    proof: str


def tidy() -> None:
    destroy_old_data(by="tests")


def an_account() -> User:
    return User.objects.create(username="maria", email="maria@example.org", created_at=LONG_AGO)


def a_lapsed_claim() -> None:
    Holding.objects.create(
        record=on_file(MARIA), account=User.objects.create(username="maria"), level=2, held_at=LONG_AGO, held_by="x",
        released_at=LONG_AGO, released_by="system:lapse", released_because=Ending.LAPSED.value,
    )  # fmt: skip


def a_mail(**values: object) -> None:
    message = OutboxMessage(
        id=uuid4(), to="maria@example.org", subject="x", kind="x", queued_by="tests", message_id=uuid4().hex,
        queued_at=LONG_AGO, next_attempt_at=NOW - timedelta(minutes=1), **values,
    )  # fmt: skip
    if "status" not in values:
        seal_into(message, "body_sealed", json.dumps({"text": "x", "html": "x", "language": "en"}))
    message.save(force_insert=True)


def a_sender_comes() -> None:
    OutboxMessage.objects.update(leased_until=None, lease_token=None)  # whoever had it before is gone
    send_due(by="tests")


def a_closed_request() -> None:
    correction = Correction(
        account=an_account(), case_id=uuid4(), state="refused", closed_at=LONG_AGO, closed_by="account:x"
    )
    seal_into(correction, "asked_sealed", "x")
    correction.save(force_insert=True)
    document = Document.objects.create(
        correction=correction, name="x.pdf", kind="pdf", size=1, digest=b"x", state="clean"
    )
    DocumentPart.objects.create(document=document, number=0, content_sealed=b"x")


def a_correction_at_the_desk() -> None:
    row = DeskCorrection(why="typo", paper="passport", made_at=LONG_AGO, made_by="account:x")
    seal_into(row, "before_sealed", "x")
    row.save(force_insert=True)


def an_upload() -> None:
    upload = Upload.objects.create(
        id=uuid4(), name="x", size=1, sent_at=LONG_AGO, sent_by="x", state="checked", moved_at=LONG_AGO
    )
    with SealedFile(upload.pk).writer() as writer:
        writer.write(b"x")
        writer.finish()


def what_nobody_knows() -> None:
    stray = folder() / f"{uuid4()}.content.part"
    stray.write_bytes(b"")
    os.utime(stray, (1, 1))


def an_image_before() -> None:
    run = Run.objects.create(kind="import", content="x", place="0", started_by="tests")
    UndoBatch.objects.create(run=run, after=0, at=LONG_AGO)


def an_invitation() -> None:
    row = Invitation(case_id=uuid4(), token_digest=b"x", made_at=LONG_AGO, made_by="account:x")
    seal_into(row, "facts_sealed", "x")
    row.save(force_insert=True)


def counts() -> None:
    LimitCounter.objects.create(
        limit="mails_per_address_day", subject_digest=b"x", window_start=LONG_AGO, count=1
    )
    RobotAnswer.objects.create(signature_digest=b"x", used_at=LONG_AGO, expires_at=LONG_AGO)
    SearchTally.objects.create(minute=LONG_AGO, shard=0)


def rows(found: Callable[[], QuerySet]) -> Callable[[], int]:
    return lambda: found().count()


BULK = "config.data_destroyed"
CASES: dict[tuple[Kept, str], Case] = {
    (Kept.UNCONFIRMED_ACCOUNTS, ""): Case(
        make=an_account,
        there=rows(User.objects.all),
        destroy=tidy,
        proof="accounts.account_destroyed",
    ),
    (Kept.LAPSED_CLAIMS, ""): Case(
        make=a_lapsed_claim, there=rows(Holding.objects.all), destroy=tidy, proof=BULK
    ),
    (Kept.MAIL_BODIES, "sent"): Case(
        make=a_mail,
        there=rows(lambda: OutboxMessage.objects.exclude(body_sealed=None)),
        destroy=a_sender_comes,
        proof="mail.sent",
    ),
    (Kept.MAIL_ROWS, ""): Case(
        make=lambda: a_mail(status="sent", sent_at=LONG_AGO),
        there=rows(OutboxMessage.objects.all),
        destroy=tidy,
        proof=BULK,
    ),
    (Kept.DOCUMENTS, "of requests"): Case(
        make=a_closed_request,
        there=lambda: Correction.objects.exclude(asked_sealed=None).count() + DocumentPart.objects.count(),
        destroy=lambda: destroy_old_documents(by="tests"),
        proof="corrections.documents_destroyed",
    ),
    (Kept.DOCUMENTS, "of corrections at the desk"): Case(
        make=a_correction_at_the_desk,
        there=rows(lambda: DeskCorrection.objects.exclude(before_sealed=None)),
        destroy=lambda: forget_old_corrections(by="tests"),
        proof="corrections.desk_facts_destroyed",
    ),
    (Kept.UPLOADS, ""): Case(
        make=an_upload,
        there=lambda: len(list(folder().iterdir())),
        destroy=tidy,
        proof="records.upload_destroyed",
    ),
    (Kept.UPLOADS, "that nobody knows"): Case(
        make=what_nobody_knows,
        there=lambda: len(list(folder().iterdir())),
        destroy=tidy,
        proof="records.upload_remains_destroyed",
    ),
    (Kept.UNDO_IMAGES, ""): Case(
        make=an_image_before, there=rows(UndoBatch.objects.all), destroy=tidy, proof=BULK
    ),
    (Kept.OUTCOMES, ""): Case(
        make=lambda: RegistrationOutcome.objects.create(key_digest=b"x", account_id=uuid4(), at=LONG_AGO),
        there=rows(RegistrationOutcome.objects.all),
        destroy=tidy,
        proof=BULK,
    ),
    (Kept.INVITATIONS, ""): Case(
        make=an_invitation, there=rows(Invitation.objects.all), destroy=tidy, proof=BULK
    ),
    (Kept.SESSIONS, ""): Case(
        make=lambda: Session.objects.create(session_key="a" * 40, session_data="x", expire_date=LONG_AGO),
        there=rows(Session.objects.all),
        destroy=tidy,
        proof=BULK,
    ),
    (Kept.DEVICES, ""): Case(
        make=lambda: Device.objects.create(
            account=User.objects.create(username="maria"),
            token_digest=b"x",
            browser="x",
            first_seen=LONG_AGO,
            last_seen=LONG_AGO,
            told_at=LONG_AGO,
        ),
        there=rows(Device.objects.all),
        destroy=tidy,
        proof=BULK,
    ),
    (Kept.COUNTERS, ""): Case(
        make=counts,
        there=lambda: (
            LimitCounter.objects.count() + RobotAnswer.objects.count() + SearchTally.objects.count()
        ),
        destroy=tidy,
        proof=BULK,
    ),
}


def test_no_kind_of_the_table_is_left_out():
    assert set(PERIODS) == set(Kept)
    assert {kept for kept, _which in CASES} == set(Kept) - {Kept.AUDIT}  # which is never destroyed


@pytest.mark.parametrize("which", CASES, ids=lambda which: " ".join(which).strip())
def test_what_is_destroyed_is_proved_or_it_is_there_still(which, monkeypatch):
    case = CASES[which]
    case.make()
    before = case.there()
    assert before

    def full(_happened: object) -> None:
        raise LogFull

    with monkeypatch.context() as context:
        context.setattr("kecs.audit.actions._append", full)
        with pytest.raises(LogFull):
            case.destroy()
    assert case.there() == before
    assert newest_of(case.proof) is None
    case.destroy()
    assert case.there() == 0
    proof = newest_of(case.proof)
    assert proof is not None
    if case.proof == BULK:
        assert proof.keys["rows"] == [f"{which[0]}:{before}"]


def test_sessions_are_not_taken_away_behind_the_logs_back():
    Session.objects.create(session_key="a" * 40, session_data="x", expire_date=LONG_AGO)
    with pytest.raises(CommandError, match="doesn't support"):
        call_command("clearsessions")
    assert Session.objects.exists()
