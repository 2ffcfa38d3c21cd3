"""PURE. What a mail to an address that somebody typed counts as."""

from kecs.accounts.addresses import mailbox_of
from kecs.guard.limits import Limit

PASSWORD = "reset"  # purposes, as the counters know them
USERNAME = "username"
CONFIRM = "confirm"


def mails_to(to: str, *, purpose: str) -> list[tuple[Limit, str]]:
    """By the hour and by the day."""
    subject = f"{purpose}:{mailbox_of(to)}"
    return [(Limit.MAILS_PER_ADDRESS_HOUR, subject), (Limit.MAILS_PER_ADDRESS_DAY, subject)]
