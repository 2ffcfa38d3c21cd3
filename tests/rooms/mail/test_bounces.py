"""Mails that come back: what their reports say, whose they were, and where it is told."""

import mailbox
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kecs.audit.models import AuditEvent
from kecs.mail.actions import queue, send_due
from kecs.mail.bounces import Bounce, bounce_of
from kecs.mail.messages import Message
from kecs.mail.models import OutboxMessage
from kecs.mail.queries import came_back, posted_to, refused_addresses
from kecs.mail.refusals import Refusal
from kecs.mail.statuses import Status
from tests.factories.people import MARIA
from tests.factories.visits import register_and_look
from tests.inspection import InspectingClient

MakeMessage = Callable[..., Message]

REPORT = """From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

pat@example.org: host mx.example.net said: 550 5.1.1 no such user, born 04/09/1985

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; pat@example.org
Action: {action}
Status: {status}
{diagnostic}

--b
Content-Type: {kind}

From: no-reply@kecs.example.org
{message_id}
Subject: Confirm your email

--b--
"""


def report(
    message_id="<1@kecs.example.org>",
    *,
    to="no-reply@kecs.example.org",
    action="failed",
    status="5.1.1",
    diagnostic="Diagnostic-Code: smtp; 550 5.1.1 <pat@example.org>: no such user",
    kind="text/rfc822-headers",
):
    """As Postfix writes it."""
    named = f"Message-ID: {message_id}" if message_id else "X-Nothing: -"
    text = REPORT.format(
        to=to, action=action, status=status, diagnostic=diagnostic, kind=kind, message_id=named
    )
    return text.encode()


TOKEN = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    ("content", "bounce"),
    [
        (report(), ("<1@kecs.example.org>", "", "smtp.550 5.1.1")),
        (report(kind="message/rfc822"), ("<1@kecs.example.org>", "", "smtp.550 5.1.1")),
        (
            report(diagnostic="X-Other: 1", status="4.4.7 (expired)"),
            ("<1@kecs.example.org>", "", "dsn 4.4.7"),
        ),
        (
            report(diagnostic="Diagnostic-Code: x-notes; full", status="nonsense"),
            ("<1@kecs.example.org>", "", "dsn"),
        ),
        (report("", to=f"bounces+{TOKEN}@example.org"), ("", TOKEN, "smtp.550 5.1.1")),
        (report(action="delayed", status="4.4.1"), None),
        (report(action="delivered", status="2.0.0"), None),
        (b"Subject: I am on holiday\n\nBack on Monday.\n", None),
        (b"\xff\xfe\x00 no mail at all", None),
        (b"Content-Type: message/delivery-status\n\nAction: failed", None),
        (b"", None),
    ],
)
def test_what_a_report_says(content: bytes, bounce: tuple[str, str, str] | None) -> None:
    found = bounce_of(content)
    if bounce is None:
        assert found is None or found.code
        assert found is None or b"failed" in content
    else:
        message_id, token, code = bounce
        assert found == Bounce(message_id=message_id, token=token, code=code)


@pytest.fixture
def sent(smtp: Any, a_message: MakeMessage, settings: Any) -> OutboxMessage:
    """A mail that a server took."""
    settings.KECS_MAIL_BOUNCES_TO = "bounces@kecs.example.org"
    queue(message=a_message(), by="anonymous")
    send_due(by="system:test")
    return OutboxMessage.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["message-id", "return address"])
def test_a_mail_that_came_back_is_told_where_its_end_is_told(
    sent: OutboxMessage, smtp: Any, tmp_path: Path, by: str
) -> None:
    assert not came_back("pat@example.org")
    if by == "message-id":
        content = report(sent.message_id)
    else:
        [envelope_from] = smtp.senders
        assert envelope_from.startswith("bounces+")
        content = report("", to=envelope_from)
    (tmp_path / "report").write_bytes(content)
    said = StringIO()
    call_command("bounces", str(tmp_path / "report"), str(tmp_path / "report"), stdout=said)
    assert said.getvalue() == "noted: 1, known before or not ours: 1, no report: 0\n"
    row = OutboxMessage.objects.get()
    assert (row.status, row.last_error_code, row.sent_at) == (Status.BOUNCED, "smtp.550 5.1.1", sent.sent_at)
    assert came_back("pat@example.org")
    [mail] = posted_to(["pat@example.org"], most=5, by="account:1")
    assert mail.refusal is Refusal.NO_SUCH_MAILBOX
    assert list(refused_addresses(page=10)) == [["pat@example.org"]]
    event = AuditEvent.objects.get(code="mail.refused")
    assert event.keys == {"kind": "accounts.confirm_email", "reason": "smtp.550 5.1.1"}


@pytest.mark.django_db
@pytest.mark.any_database("a mailbox")
def test_a_mailbox_is_read_once_and_what_is_no_report_stays_new(sent: OutboxMessage, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box", create=True)
    for content in (
        report(sent.message_id),
        report("<stranger@example.net>"),
        b"Subject: hello\n\nA person.\n",
    ):
        box.add(content)
    said = StringIO()
    for _twice in range(2):
        call_command("bounces", "--maildir", str(tmp_path / "box"), stdout=said)
    assert said.getvalue().splitlines() == [
        "noted: 1, known before or not ours: 1, no report: 1",
        "noted: 0, known before or not ours: 0, no report: 1",
    ]
    assert len(box) == 3


@pytest.mark.any_database("words")
def test_the_command_says_what_it_needs() -> None:
    with pytest.raises(CommandError, match="maildir"):
        call_command("bounces")
    with pytest.raises(CommandError, match="no mailbox"):
        call_command("bounces", "--maildir", "/nowhere/at/all")


@pytest.mark.django_db
@pytest.mark.any_database("what is sent")
def test_the_same_words_as_html_with_nothing_to_fetch(smtp: Any, a_message: MakeMessage) -> None:
    text = "Hello <b>Pat</b>,\n\nopen this link:\nhttps://kecs.example.org/c/a?b=1&c=2\n"
    queue(message=a_message(text=text, language="es"), by="anonymous")
    send_due(by="system:test")
    mail = message_from_bytes(bytes(smtp.accepted[0]), policy=default)
    plain, html = mail.iter_parts()
    assert plain.get_content() == text
    page = html.get_content()
    assert '<html lang="es">' in page
    assert "&lt;b&gt;Pat&lt;/b&gt;" in page
    assert '<a href="https://kecs.example.org/c/a?b=1&amp;c=2"' in page
    assert not any(part in page for part in ("<img", "<script", "style=", "url(", "<link"))
    for header in ("From", "Date", "Message-ID", "Auto-Submitted", "To", "Subject"):
        assert len(mail.get_all(header) or []) == 1, header
    assert mail["From"] == "no-reply@kecs.example.org"


@pytest.mark.django_db
@pytest.mark.any_database("a page")
def test_who_waits_for_a_mail_that_came_back_sees_it_on_her_home_page() -> None:
    browser = InspectingClient()
    words = "Our email to this address came back."
    assert words not in register_and_look(browser, MARIA).content.decode()
    mails = OutboxMessage.objects.filter(to=MARIA.email)
    mails.update(status="bounced", body_sealed=None, last_error_code="smtp.550 5.1.1")
    assert words in browser.get("/home").content.decode()
