"""How a mail leaves: by the Django e-mail backend that KECS_MAIL_TRANSPORT names; the sender calls this."""

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from kecs.mail.messages import Message, as_html

_NOT_FOR_FILE_NAMES = re.compile(r"[^A-Za-z0-9@+_-]+")


def the_transport() -> BaseEmailBackend:
    """A closed connection to whatever carries the mail of this installation."""
    connection: BaseEmailBackend = get_connection(settings.KECS_MAIL_TRANSPORT)
    return connection


def mail_domain() -> str:
    """The domain that mails come from; it ends their Message-IDs."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def message_id_of(token: str) -> str:
    """The Message-ID of the mail with this token, a UUID."""
    return f"<{token}@{mail_domain()}>"


def return_address(message_id: str) -> str:
    """To where a server sends it back: an address of its own for each mail, where KECS_MAIL_BOUNCES_TO names a mailbox."""
    local, _at, domain = settings.KECS_MAIL_BOUNCES_TO.rpartition("@")
    if not local:
        return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return f"{local}+{message_id.strip('<>').partition('@')[0]}@{domain}"


def mail_of(message: Message, *, message_id: str, queued_at: datetime) -> EmailMultiAlternatives:
    """The mail as it goes out: the same at every attempt, and nothing in it tells that it was read."""
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        # The envelope's sender; readers see From, whose domain signs (DKIM) and is aligned (DMARC).
        from_email=return_address(message_id),
        to=[message.to],
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": message_id,
            "Date": format_datetime(queued_at.astimezone(UTC)),
            # No out-of-office answer to an address that nobody reads (RFC 3834, and Exchange's own word).
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    html = as_html(message)
    if html is not None:
        mail.attach_alternative(html, "text/html")
    return mail


class EmlFileTransport(BaseEmailBackend):
    """Development: each mail becomes a file `<UTC time>-<number>-<recipient>.eml` in KECS_MAIL_DIR."""

    _numbers = count(1)

    def __init__(self, fail_silently: bool = False, **_options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder = Path(settings.KECS_MAIL_DIR)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write them. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            self._write(mail.message().as_bytes(), mail.to[0])
        return len(email_messages)

    def _write(self, content: bytes, recipient: str) -> None:
        """Whole or not at all: a reader that lists *.eml never sees half a mail."""
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        name = _NOT_FOR_FILE_NAMES.sub(".", recipient)[:80].strip(".")
        while True:
            target = self.folder / f"{now}-{next(self._numbers):06}-{name}.eml"
            part = target.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(content)
            try:
                os.link(part, target)
            except FileExistsError:
                continue  # another process took this name within the same microsecond
            finally:
                part.unlink()
            return
