"""What this room records: outcomes and the attributes that agreed, never what was typed."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMade(Event):
    """Somebody searched for her record. `limited`: this identity had used up its tries, so nothing was shown."""

    code: ClassVar[str] = "registration.search_made"
    outcome: str
    because: tuple[str, ...]
    limited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(Event):
    """A registration ended in an account; `road` is "claim", "contest" or "new", `outcome` what was decided about the record."""

    code: ClassVar[str] = "registration.registered"
    road: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked(Event):
    """Somebody without an SSN, or unwilling to give it, asked staff to register her."""

    code: ClassVar[str] = "registration.help_asked"
