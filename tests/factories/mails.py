"""What the mail worker would have written by now."""

from kecs.mail.actions import write_due
from kecs.mail.models import OutboxMessage


def write_mails() -> None:
    """Everything that was asked for is written, and waits to be sent."""
    while write_due(by="system:send_mail").attempts:
        pass


def mails() -> list[OutboxMessage]:
    """All mails, oldest first, those included that were asked for and not written yet."""
    write_mails()
    return list(OutboxMessage.objects.order_by("queued_at"))
