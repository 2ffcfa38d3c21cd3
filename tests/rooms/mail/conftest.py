"""What the mail tests stand on: a real SMTP server on this machine whose answers a test decides."""

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django.fixtures import Settings

from kecs.mail.messages import Message

OK = "250 OK"


class SmtpServer:
    """Keeps what it accepts. `answer_to` and `answer_data`: what it says to RCPT TO and after DATA."""

    def __init__(self) -> None:
        self.accepted: list[Mail] = []
        self.recipients: list[str] = []
        self.senders: list[str] = []
        self.answer_to: Callable[[str], str] = lambda _address: OK
        self.answer_data = OK

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.answer_to(address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.answer_data == OK:
            content = envelope.content
            assert isinstance(content, bytes)
            self.accepted.append(message_from_bytes(content, policy=default))
            self.recipients.extend(envelope.rcpt_tos)
            self.senders.append(str(envelope.mail_from))
        return self.answer_data


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def smtp_port(settings: Settings) -> int:
    """Mail goes out by SMTP, to a port of this machine where nobody listens yet."""
    port = free_port()
    settings.KECS_MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return port


@pytest.fixture
def start_smtp(smtp_port: int) -> Iterator[Callable[[], SmtpServer]]:
    """Starts the server when the test says so."""
    running: list[Controller] = []

    def start() -> SmtpServer:
        server = SmtpServer()
        controller = Controller(server, hostname="127.0.0.1", port=smtp_port)
        controller.start()
        running.append(controller)
        return server

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def smtp(start_smtp: Callable[[], SmtpServer]) -> SmtpServer:
    """The server, listening."""
    return start_smtp()


@pytest.fixture
def a_message() -> Callable[..., Message]:
    """A message with what the test does not care about filled in."""

    def make(to: str = "pat@example.org", **changes: str) -> Message:
        parts = {
            "kind": "accounts.confirm_email",
            "subject": "Confirm your email",
            "text": "Open this link: /c/abc\n",
        }
        return Message(to=to, **(parts | changes))

    return make
