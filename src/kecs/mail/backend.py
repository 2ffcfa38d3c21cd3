"""Django's EMAIL_BACKEND: whatever sends mail through Django writes rows into the outbox instead."""

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from kecs.mail.actions import queue
from kecs.mail.messages import Message, MessageRefused

# A caller that knows what its mail is for says so in this header; it becomes Message.kind and is not sent.
KIND_HEADER = "X-KECS-Kind"
UNKNOWN_KIND = "mail.other"


class OutboxBackend(BaseEmailBackend):
    """Queues in the caller's transaction: a library's mail leaves if and only if its change is kept.

    Each recipient gets a row, and so a mail, of their own. The sender is always DEFAULT_FROM_EMAIL. What the
    outbox cannot keep (attachments, other headers) is refused rather than dropped.
    """

    def __init__(self, fail_silently: bool = False, **_options: Any) -> None:
        super().__init__(fail_silently=fail_silently)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue them all or none; the answer is how many Django asked for. Raises MessageRefused."""
        with transaction.atomic():
            for mail in email_messages:
                for message in _messages_of(mail):
                    queue(message=message, by="system:mail_backend")
        return len(email_messages)


def _messages_of(mail: EmailMessage) -> list[Message]:
    headers = {name.lower(): value for name, value in mail.extra_headers.items()}
    kind = str(headers.pop(KIND_HEADER.lower(), UNKNOWN_KIND))
    if headers:
        raise MessageRefused("headers")
    if mail.attachments:
        raise MessageRefused("attachments")
    text, html = (None, str(mail.body)) if mail.content_subtype == "html" else (str(mail.body), None)
    for alternative in getattr(mail, "alternatives", []):
        content, content_type = alternative[0], alternative[1]
        if content_type != "text/html" or html is not None:
            raise MessageRefused("alternatives")
        html = str(content)
    if text is None:
        raise MessageRefused("text")
    return [
        Message(kind=kind, to=parseaddr(recipient)[1], subject=str(mail.subject), text=text, html=html)
        for recipient in mail.recipients()
    ]
