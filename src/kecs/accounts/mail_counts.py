"""PURE. What a mail to an address that somebody typed counts as."""

from kecs.accounts.addresses import mailbox_of
from kecs.guard.limits import Limit

# Purposes, as the counters know them.
PASSWORD = "reset"  # noqa: S105 - a purpose, no password
USERNAME = "username"
CONFIRM = "confirm"


def mails_to(to: str, *, purpose: str) -> list[tuple[Limit, str]]:
    """By the hour and by the day."""
    subject = f"{purpose}:{mailbox_of(to)}"
    return [(Limit.MAILS_PER_ADDRESS_HOUR, subject), (Limit.MAILS_PER_ADDRESS_DAY, subject)]
