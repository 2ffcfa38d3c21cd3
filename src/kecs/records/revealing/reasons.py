"""PURE. Why staff may see a whole Social Security number: words for the log, which holds no text about anybody."""

import re
from enum import StrEnum

from kecs.pii.redact import DATE_SHAPE, SSN_SHAPE

MOST_TICKET = 20
_TICKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")
# Eight digits in a row are a date, nine a Social Security number: neither is a ticket that says nothing of a person.
_MANY_DIGITS = re.compile(r"\d{8}")


class RevealReason(StrEnum):
    """What the number is needed for."""

    COMPARE_DOCUMENT = "compare_document"
    COMPARE_AGENCY = "compare_agency"
    DUPLICATE = "duplicate"
    LEGAL = "legal"


def is_ticket(text: str) -> bool:
    """Whether this can be the number of a ticket, and no personal number in its place."""
    return bool(
        _TICKET.fullmatch(text)
        and not SSN_SHAPE.search(text)
        and not DATE_SHAPE.search(text)
        and not _MANY_DIGITS.search(text.replace("-", ""))
    )
