"""Queueing: a mail stands or falls with the transaction that causes it, and no header can be smuggled in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from kecs.mail.actions import queue, send_due
from kecs.mail.messages import Message, MessageRefused
from kecs.mail.models import OutboxMessage
from kecs.mail.queries import backlog, latest_delivery

MakeMessage = Callable[..., Message]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _outbox_is_the_backend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "kecs.mail.backend.OutboxBackend"  # pytest-django swaps it for its own


@pytest.mark.django_db(transaction=True)
def test_a_rollback_drops_the_mail(a_message: MakeMessage) -> None:
    with transaction.atomic():
        queue(message=a_message(), by="anonymous")
        assert backlog().queued == 1
        transaction.set_rollback(True)
    assert backlog().queued == 0


def test_the_text_is_not_readable_in_the_database(a_message: MakeMessage) -> None:
    queue(
        message=a_message(text="Open https://kecs.example.org/c/SECRET-TOKEN", html="<p>SECRET-TOKEN</p>"),
        by="anonymous",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mail_outboxmessage")
        columns = [
            bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
            for value in cursor.fetchone()
        ]
    assert not any(b"SECRET-TOKEN" in column for column in columns)


def test_the_text_cannot_be_moved_to_another_mail(a_message: MakeMessage, smtp: Any) -> None:
    first = queue(message=a_message("pat@example.org", text="for Pat"), by="anonymous")
    second = queue(message=a_message("kim@example.org", text="for Kim"), by="anonymous")
    OutboxMessage.objects.filter(pk=second).update(
        body_sealed=OutboxMessage.objects.get(pk=first).body_sealed
    )
    assert send_due(by="system:test").refused == 1
    assert smtp.recipients == ["pat@example.org"]


@pytest.mark.parametrize("part", ["subject", "kind", "to"])
@pytest.mark.parametrize("smuggled", ["\n", "\r", "\r\n", "\x00", "\u2028"])
def test_a_line_break_in_a_header_is_refused(a_message: MakeMessage, part: str, smuggled: str) -> None:
    good = {"subject": "Hello", "kind": "accounts.hello", "to": "pat@example.org"}
    with pytest.raises(MessageRefused) as refusal:
        a_message(**(good | {part: f"{good[part]}{smuggled}Bcc: eve@example.net"}))
    assert str(refusal.value) == part


@pytest.mark.parametrize(
    "to",
    [
        "",
        "pat",
        "pat@example.org, eve@example.net",
        "pat@example.org eve@example.net",
        "Pat <pat@example.org>",
    ],
)
def test_only_one_bare_address_is_an_address(a_message: MakeMessage, to: str) -> None:
    with pytest.raises(MessageRefused, match=r"^to$"):
        a_message(to)


def test_a_message_and_its_refusal_show_nothing_personal(a_message: MakeMessage) -> None:
    assert "pat@" not in repr(a_message())
    with pytest.raises(MessageRefused) as refusal:
        a_message("pat@example.org\nBcc: eve@example.net")
    assert "@" not in repr(refusal.value)
    assert refusal.value.__suppress_context__


def test_mail_sent_through_django_is_queued_one_row_a_recipient() -> None:
    mail = EmailMultiAlternatives(
        "Reset",
        "text",
        "someone@example.net",
        ["Pat Lee <pat@example.org>"],
        bcc=["kim@example.org"],
        headers={"X-KECS-Kind": "accounts.password_reset"},
    )
    mail.attach_alternative("<p>text</p>", "text/html")
    assert mail.send() == 1
    rows = OutboxMessage.objects.order_by("to").values_list("to", "kind", "subject")
    assert list(rows) == [
        ("kim@example.org", "accounts.password_reset", "Reset"),
        ("pat@example.org", "accounts.password_reset", "Reset"),
    ]


@pytest.mark.django_db(transaction=True)
def test_mail_sent_through_django_is_dropped_by_a_rollback_too() -> None:
    with transaction.atomic():
        django_mail.send_mail("Reset", "text", None, ["pat@example.org"])
        assert backlog().queued == 1
        transaction.set_rollback(True)
    assert backlog().queued == 0


def test_what_the_outbox_cannot_keep_is_refused_not_dropped() -> None:
    with_file = EmailMessage("Hello", "text", to=["pat@example.org"])
    with_file.attach("a.txt", "content", "text/plain")
    with_header = EmailMessage(
        "Hello", "text", to=["pat@example.org"], headers={"Reply-To": "eve@example.net"}
    )
    for mail in (with_file, with_header):
        with pytest.raises(MessageRefused):
            mail.send()
    assert backlog().queued == 0


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("mail_text_is_kept_only_while_it_waits", {"status": "sent", "sent_at": timezone.now()}),
        ("mail_text_is_kept_only_while_it_waits", {"body_sealed": None}),
        ("mail_sent_has_its_time", {"status": "sent", "body_sealed": None}),
        ("mail_lease_is_whole", {"leased_until": timezone.now()}),
        ("mail_headers_are_one_line", {"subject": "Hello\nBcc: eve@example.net"}),
        ("mail_headers_are_one_line", {"to": "pat@example.org\r"}),
    ],
)
def test_the_database_refuses_a_row_that_makes_no_sense(
    a_message: MakeMessage, name: str, broken: dict[str, object]
) -> None:
    row = queue(message=a_message(), by="anonymous")
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        OutboxMessage.objects.filter(pk=row).update(**broken)


def test_the_newest_mail_of_a_kind_is_the_one_that_is_told_of(a_message: MakeMessage) -> None:
    assert latest_delivery(to="pat@example.org", kind="accounts.confirm_email") is None
    queue(message=a_message(), by="anonymous")
    delivery = latest_delivery(to="pat@example.org", kind="accounts.confirm_email")
    assert delivery is not None
    assert (delivery.status, delivery.attempts, delivery.sent_at) == ("queued", 0, None)
