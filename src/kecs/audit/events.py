"""The shape of an event: each room declares its own as frozen dataclasses with a stable code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from kecs.audit.owasp import Owasp

Value = str | int | bool | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, in the past tense. The fields are the closed set of keys; none may hold personal data.

    `subject` names what it happened to ("record:<id>", "account:<id>", "-" for nobody known).
    """

    code: ClassVar[str]
    # What OWASP's vocabulary calls it; None where it has no word for it. Not in the row, so the chain knows nothing of it.
    owasp: ClassVar[Owasp | None] = None
    # Staff saw a person's data, or took it out of the portal: the security officer's page counts these.
    is_look: ClassVar[bool] = False
    # Worth a look by the security officer on its own.
    is_alarm: ClassVar[bool] = False

    subject: str

    def keys(self) -> dict[str, Value]:
        """The event's own keys and values, without the subject."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "subject"}

    @classmethod
    def told_as(cls, keys: Mapping[str, Any]) -> Owasp | None:
        """The name for a row with these keys, where one kind of ours is several of theirs."""
        return cls.owasp


def kinds(base: type[Event] = Event) -> Iterator[type[Event]]:
    """Every kind of event that a loaded room declares."""
    for kind in base.__subclasses__():
        # A dataclass with slots is made twice; the first, without them, lingers until it is collected.
        if "code" in vars(kind) and "__slots__" in vars(kind):
            yield kind
        yield from kinds(kind)
