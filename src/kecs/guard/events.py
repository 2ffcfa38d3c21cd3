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
