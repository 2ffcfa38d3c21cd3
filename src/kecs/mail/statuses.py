"""PURE. The words of the outbox."""

from enum import StrEnum


class Status(StrEnum):
    """What became of a mail."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"  # the mail server would not pass it on
    BOUNCED = (
        "bounced"  # there is no such mailbox, or it takes nothing: told at once, or in a mail that came back
    )
