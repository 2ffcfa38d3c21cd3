"""PURE. Where a recovery stands."""

from enum import StrEnum


class Status(StrEnum):
    """From asked to its end."""

    ASKED = "asked"  # the link to the new address was not opened yet
    STARTED = "started"  # by staff, for a caller; the link to the new address was not opened yet
    CONFIRMED = "confirmed"  # two of staff decide; who started one for a caller was the first
    APPROVED = "approved"  # happens when its day is over
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


# What may happen to an account that it names, unless somebody stops it. What was only asked for names none until one of staff agrees.
UNDER_WAY = (Status.STARTED, Status.CONFIRMED, Status.APPROVED)
