"""PURE. The roles that a member of staff may hold; one person may hold several."""

from enum import StrEnum


class StaffRole(StrEnum):
    """What somebody at the agency is there for. Pages name functions, and the console's table says which role has which."""

    HELP_DESK = "help_desk"  # answers the telephone: finds people, sends mails again, helps them in
    RECORDS = "records"  # keeps the records right: imports, corrects, merges
    REVIEWER = "reviewer"  # decides cases
    SECURITY_OFFICER = "security_officer"  # watches the watchers
    ADMINISTRATOR = "administrator"  # says who is staff; sees nobody's data
