"""What this room records: outcomes and the attributes that agreed, never what was typed."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event
from kecs.audit.owasp import Owasp


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMade(Event):
    """Somebody searched for her record. `limited`: this identity had used up its tries, so nothing was shown.

    `again`: the same visitor had searched before, so that people can be counted and not their tries.
    """

    code: ClassVar[str] = "registration.search_made"
    owasp: ClassVar[Owasp | None] = None
    outcome: str
    because: tuple[str, ...]
    limited: bool
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(Event):
    """A registration ended in an account; `road` is "claim", "contest", "new" or "invited", `outcome` what was decided about the record.

    `seconds` is how long it took, from the first search on.
    """

    code: ClassVar[str] = "registration.registered"
    owasp: ClassVar[Owasp | None] = None
    road: str
    outcome: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceMade(Event):
    """Somebody pressed a button on the page that shows what the search found; `choice` says which."""

    code: ClassVar[str] = "registration.choice_made"
    owasp: ClassVar[Owasp | None] = None
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked(Event):
    """Somebody without an SSN, or unwilling to give it, asked staff to register her."""

    code: ClassVar[str] = "registration.help_asked"
    owasp: ClassVar[Owasp | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited(Event):
    """Staff sent somebody without an SSN a link to make an account; the one before, if any, ended."""

    code: ClassVar[str] = "registration.invited"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_TOKEN_CREATED
