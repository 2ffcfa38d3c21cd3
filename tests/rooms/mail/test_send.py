"""Sending: through a real SMTP server, past its refusals and absences, by several senders, across crashes."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from kecs.audit.queries import timeline
from kecs.mail import actions
from kecs.mail.actions import Sent, queue, send_due
from kecs.mail.messages import Message
from kecs.mail.models import OutboxMessage
from kecs.mail.queries import backlog, latest_delivery, posted_to
from kecs.mail.refusals import Refusal

MakeMessage = Callable[..., Message]
BY = "system:test"


def row_of(key: UUID) -> OutboxMessage:
    return OutboxMessage.objects.get(pk=key)


@pytest.mark.django_db
def test_a_mail_arrives_as_written(smtp: Any, a_message: MakeMessage) -> None:
    key = queue(
        message=a_message(subject="Confirma tu correo: José", text="Hola, José\n", html="<p>Hola, José</p>"),
        by="anonymous",
    )
    assert send_due(by=BY) == Sent(sent=1)
    [mail] = smtp.accepted
    row = row_of(key)
    assert smtp.recipients == ["pat@example.org"]
    assert mail["Subject"] == "Confirma tu correo: José"
    assert mail["From"] == "no-reply@kecs.example.org"
    assert mail["Message-ID"] == row.message_id
    assert mail["Message-ID"].endswith("@kecs.example.org>")
    assert abs(parsedate_to_datetime(mail["Date"]) - row.queued_at) < timedelta(seconds=1)
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    text, html = mail.iter_parts()
    assert (text.get_content().replace("\r\n", "\n"), html.get_content().strip()) == (
        "Hola, José\n",
        "<p>Hola, José</p>",
    )


@pytest.mark.django_db
def test_a_mail_that_was_sent_leaves_no_text_behind_and_is_not_sent_again(
    smtp: Any, a_message: MakeMessage
) -> None:
    key = queue(message=a_message(), by="anonymous")
    send_due(by=BY)
    row = row_of(key)
    assert (row.status, row.body_sealed, row.attempts, row.lease_token) == ("sent", None, 1, None)
    assert send_due(by=BY) == Sent()
    assert len(smtp.accepted) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["recipient", "data"])
def test_a_mail_refused_for_good_is_not_tried_again(smtp: Any, a_message: MakeMessage, stage: str) -> None:
    if stage == "recipient":
        smtp.answer_to = lambda address: "550 no such user" if address.startswith("pat") else "250 OK"
    else:
        smtp.answer_data = "554 not here"
    key = queue(message=a_message(), by="anonymous")
    assert send_due(by=BY) == Sent(refused=1)
    row = row_of(key)
    became = "bounced" if stage == "recipient" else "refused"
    assert (row.status, row.body_sealed) == (became, None)
    assert row.last_error_code == ("smtp.550" if stage == "recipient" else "smtp.554")
    smtp.answer_to, smtp.answer_data = (lambda _address: "250 OK"), "250 OK"
    assert send_due(by=BY, at=timezone.now() + timedelta(days=1)) == Sent()
    delivery = latest_delivery(to="pat@example.org", kind="accounts.confirm_email")
    assert delivery is not None
    assert delivery.status == became
    [event] = timeline(f"mail:{key}")
    assert (event.code, event.by, event.keys["reason"]) == ("mail.refused", BY, row.last_error_code)


@pytest.mark.django_db
def test_one_mailbox_that_is_refused_does_not_hold_up_the_others(smtp: Any, a_message: MakeMessage) -> None:
    smtp.answer_to = lambda address: "550 no such user" if address.startswith("gone") else "250 OK"
    for name in ("gone", "pat", "kim"):
        queue(message=a_message(f"{name}@example.org"), by="anonymous")
    assert send_due(by=BY) == Sent(sent=2, refused=1)


@pytest.mark.django_db
def test_a_mail_deferred_waits_longer_each_time_and_then_passes(smtp: Any, a_message: MakeMessage) -> None:
    smtp.answer_to = lambda _address: "451 try later"
    start = timezone.now()
    key = queue(message=a_message(), by="anonymous", at=start)
    now, waits = start, []
    for _ in range(9):
        assert send_due(by=BY, at=now) == Sent(deferred=1)
        assert send_due(by=BY, at=now) == Sent()
        due = row_of(key).next_attempt_at
        waits.append((due - now) / timedelta(minutes=1))
        now = due
    for wait, expected in zip(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True):
        assert 0.75 * expected <= wait <= 1.25 * expected
    smtp.answer_to = lambda _address: "250 OK"
    assert send_due(by=BY, at=now) == Sent(sent=1)
    [mail] = smtp.accepted
    assert mail["Message-ID"] == row_of(key).message_id


@pytest.mark.django_db
def test_a_mail_deferred_for_72_hours_is_given_up(smtp: Any, a_message: MakeMessage) -> None:
    smtp.answer_data = "452 mailbox full"
    start = timezone.now()
    key = queue(message=a_message(), by="anonymous", at=start)
    assert send_due(by=BY, at=start + timedelta(hours=71, minutes=59)) == Sent(deferred=1)
    assert send_due(by=BY, at=start + timedelta(hours=74)) == Sent(refused=1)
    assert (row_of(key).status, row_of(key).last_error_code) == ("refused", "smtp.452")


@pytest.mark.django_db
def test_while_the_server_is_away_nothing_is_lost_or_delayed(
    start_smtp: Callable[[], Any], a_message: MakeMessage
) -> None:
    start = timezone.now()
    for number in range(5):
        queue(message=a_message(f"pat{number}@example.org"), by="anonymous", at=start)
    for hours in range(0, 80, 8):  # past the 72 hours after which a mail that the server defers is given up
        assert send_due(by=BY, at=start + timedelta(hours=hours)) == Sent(unavailable=1)
    assert set(OutboxMessage.objects.values_list("status", "attempts")) == {("queued", 0)}
    server = start_smtp()
    assert send_due(by=BY, at=start + timedelta(hours=80)) == Sent(sent=5)
    assert (backlog().queued, len(server.accepted)) == (0, 5)


@pytest.mark.django_db
def test_a_server_that_closes_shop_is_away_not_refusing(smtp: Any, a_message: MakeMessage) -> None:
    smtp.answer_to = lambda _address: "421 shutting down"
    key = queue(message=a_message(), by="anonymous")
    assert send_due(by=BY) == Sent(unavailable=1)
    assert row_of(key).status == "queued"


@pytest.mark.django_db
@pytest.mark.usefixtures("smtp")
def test_a_wrong_password_of_ours_refuses_no_mail(a_message: MakeMessage, settings: Settings) -> None:
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "wrong"
    key = queue(message=a_message(), by="anonymous")
    assert send_due(by=BY) == Sent(unavailable=1)
    row = row_of(key)
    assert (row.status, row.attempts) == ("queued", 0)
    assert row.last_error_code.startswith(("network.", "smtp."))


class Crash(BaseException):
    """The process dies here."""


@pytest.mark.django_db
def test_a_crash_after_sending_repeats_the_mail_under_the_same_message_id(
    smtp: Any, a_message: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(message=a_message(), by="anonymous")
    really_send = EmailBackend.send_messages

    def send_and_die(self: EmailBackend, mails: list[Any]) -> int:
        really_send(self, mails)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", send_and_die)
        with pytest.raises(Crash):
            send_due(by=BY)
    assert send_due(by=BY) == Sent()  # the lease still runs
    assert send_due(by=BY, at=timezone.now() + actions.LEASE) == Sent(sent=1)
    first, second = smtp.accepted
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes().replace(boundary(first), b"") == second.as_bytes().replace(boundary(second), b"")


def boundary(mail: Any) -> bytes:
    return (mail.get_boundary() or "-").encode()


@pytest.mark.django_db
def test_a_sender_that_slept_past_its_lease_marks_nothing(
    smtp: Any, a_message: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = queue(message=a_message(), by="anonymous")
    really_send = EmailBackend.send_messages
    taken_over: list[Sent] = []

    def sleep_then_send(_self: EmailBackend, _mails: list[Any]) -> int:
        monkeypatch.setattr(EmailBackend, "send_messages", really_send)
        taken_over.append(send_due(by=BY, at=timezone.now() + actions.LEASE))
        raise ConnectionResetError  # what the sleeper finds when it wakes up

    monkeypatch.setattr(EmailBackend, "send_messages", sleep_then_send)
    assert send_due(by=BY) == Sent(lease_lost=1)
    assert taken_over == [Sent(sent=1)]
    assert row_of(key).status == "sent"
    assert len(smtp.accepted) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("smtp")
def test_one_mail_that_cannot_be_built_does_not_hold_up_the_others(a_message: MakeMessage) -> None:
    bad = queue(message=a_message("bad@example.org"), by="anonymous")
    queue(message=a_message("pat@example.org"), by="anonymous")
    OutboxMessage.objects.filter(pk=bad).update(
        kind="x" * 64, subject=" "
    )  # as an older release might have left it
    assert send_due(by=BY) == Sent(sent=1, deferred=1)
    assert row_of(bad).last_error_code == "error.MessageRefused"


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_of_200_mails_once(smtp: Any, a_message: MakeMessage) -> None:
    for number in range(200):
        queue(message=a_message(f"pat{number}@example.org"), by="anonymous")
    counts: list[Sent] = []
    start = threading.Barrier(2)

    def drain() -> None:
        try:
            start.wait()
            while (done := send_due(by=BY, limit=200)).attempts:
                counts.append(done)
        finally:
            connection.close()

    senders = [threading.Thread(target=drain) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sum(done.sent for done in counts) == 200
    assert Counter(smtp.recipients) == Counter({f"pat{number}@example.org": 1 for number in range(200)})
    assert set(OutboxMessage.objects.values_list("status", "attempts")) == {("sent", 1)}


@pytest.mark.django_db
def test_a_mailbox_that_is_not_there_has_bounced_and_the_answer_is_kept_as_codes_only(
    smtp: Any, a_message: MakeMessage
) -> None:
    smtp.answer_to = lambda address: f"550 5.1.1 <{address}>: Recipient address rejected"
    queue(message=a_message(), by="anonymous")
    send_due(by=BY)
    [mail] = posted_to(["PAT@example.org", "pat@example.org"], most=5, by=BY)
    assert (mail.status, mail.error_code, mail.refusal) == (
        "bounced",
        "smtp.550 5.1.1",
        Refusal.NO_SUCH_MAILBOX,
    )


@pytest.mark.django_db
def test_one_that_came_back_was_sent_before_and_keeps_its_time(smtp: Any, a_message: MakeMessage) -> None:
    key = queue(message=a_message(), by="anonymous")
    send_due(by=BY)
    OutboxMessage.objects.filter(pk=key).update(status="bounced")
    [mail] = posted_to(["pat@example.org"], most=5, by=BY)
    assert (mail.status, mail.sent_at is not None, mail.next_attempt_at) == ("bounced", True, None)
