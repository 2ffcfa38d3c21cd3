"""PURE. The lists that staff may take along, and the columns that they choose from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ExportList(StrEnum):
    """Who is on it."""

    WITHOUT_ACCOUNT = "without_account"  # no account holds the record
    CLAIMED = "claimed"  # an account does, at a level
    OPEN_CASES = "open_cases"  # a case of a kind is open about it
    IMPORTED = "imported"  # an import created or changed it
    MAIL_REFUSED = "mail_refused"  # a mail to its account came back


class ExportColumn(StrEnum):
    """What is told of each; the names are those of the import's columns where it has one. Never an SSN, whole or masked, nor a birth date."""

    STAFF_UNIQUE_ID = "staff_unique_id"
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    LAST_SURNAME = "last_surname"
    GENERATION_CODE_SUFFIX = "generation_code_suffix"
    OTHER_NAMES = "other_names"
    EMAIL = "email"
    DECEASED = "deceased"
    LEVEL = "level"
    HELD_SINCE = "held_since"
    OPEN_CASES = "open_cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A list, and what narrows it down: a level, a kind of case or an import."""

    which: ExportList
    level: int | None = None
    kind: str = ""
    import_id: UUID | None = None
    source: str = ""  # what the log calls that import, or how its name there ends
    since: datetime | None = None
    until: datetime | None = None

    @property
    def narrowed(self) -> str:
        """In a word, for the log."""
        return next(
            (str(each) for each in (self.level, self.kind or None, self.import_id) if each is not None), ""
        )
