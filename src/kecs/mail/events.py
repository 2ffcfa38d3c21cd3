"""What the mail room tells the audit log."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event
from kecs.audit.owasp import Owasp


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSent(Event):
    """A mail server took a mail, and its text was destroyed with this line. Says which kind, not to whom."""

    code: ClassVar[str] = "mail.sent"
    owasp: ClassVar[Owasp | None] = None

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRefused(Event):
    """A mail will never arrive: refused for good, deferred for too long, or it came back; its text is destroyed. Says which kind, not to whom."""

    code: ClassVar[str] = "mail.refused"
    owasp: ClassVar[Owasp | None] = None

    kind: str
    reason: str
