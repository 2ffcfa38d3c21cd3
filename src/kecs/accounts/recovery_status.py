"""PURE. Where a recovery stands."""

from enum import StrEnum


class Status(StrEnum):
    """From asked to its end."""

    ASKED = "asked"  # the link to the new address was not opened yet
    STARTED = "started"  # by staff, for a caller; the link to the new address was not opened yet
    CONFIRMED = "confirmed"  # staff can see it
    APPROVED = "approved"  # happens when its day is over
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


# What will happen, unless somebody stops it.
UNDER_WAY = (Status.STARTED, Status.APPROVED)
