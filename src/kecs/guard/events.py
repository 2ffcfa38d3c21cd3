"""What the guard room tells the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from kecs.audit.events import Event
from kecs.audit.owasp import Owasp
from kecs.guard.limits import GUESSES


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitReached(Event):
    """A subject was refused for the first time in this window. The subject is a keyed digest, nobody's name."""

    code: ClassVar[str] = "guard.limit_reached"
    owasp: ClassVar[Owasp | None] = Owasp.EXCESS_RATE_LIMIT_EXCEEDED

    limit: str

    @classmethod
    def told_as(cls, keys: Mapping[str, Any]) -> Owasp | None:
        """Guesses at a password, a second step or a code have a name of their own."""
        return Owasp.AUTHN_LOGIN_FAIL_MAX if keys.get("limit") in GUESSES else cls.owasp


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitCleared(Event):
    """Someone set a subject's count back to nothing."""

    code: ClassVar[str] = "guard.limit_cleared"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN

    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrictModeBegan(Event):
    """From now on a search asks for a mailbox first. `because` is "misses", "miss_ratio" or "operator"."""

    code: ClassVar[str] = "guard.strict_mode_began"
    owasp: ClassVar[Owasp | None] = Owasp.EXCESS_RATE_LIMIT_EXCEEDED
    is_alarm: ClassVar[bool] = True

    because: str
    searches: int
    misses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StrictModeEnded(Event):
    """Searches are evaluated at once again. `because` is "quiet" or "operator"."""

    code: ClassVar[str] = "guard.strict_mode_ended"
    owasp: ClassVar[Owasp | None] = None

    because: str
