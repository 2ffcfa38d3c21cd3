"""What the guard room tells the audit log."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitReached(Event):
    """A subject was refused for the first time in this window. The subject is a keyed digest, nobody's name."""

    code: ClassVar[str] = "guard.limit_reached"

    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitCleared(Event):
    """Someone set a subject's count back to nothing."""

    code: ClassVar[str] = "guard.limit_cleared"

    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrictModeBegan(Event):
    """From now on a search asks for a mailbox first. `because` is "misses", "miss_ratio" or "operator"."""

    code: ClassVar[str] = "guard.strict_mode_began"
    is_alarm: ClassVar[bool] = True

    because: str
    searches: int
    misses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StrictModeEnded(Event):
    """Searches are evaluated at once again. `because` is "quiet" or "operator"."""

    code: ClassVar[str] = "guard.strict_mode_ended"

    because: str
