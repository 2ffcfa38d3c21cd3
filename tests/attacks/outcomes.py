"""What came of an attack, in a form that goes through JSON and into the table."""

from dataclasses import asdict, dataclass, field
from typing import Any

from tests.attacks.bars import BARS


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Of so many tries, so many got through. `notes` says which, for a person to repeat."""

    name: str  # of the bar
    tries: int
    through: int
    notes: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """In a word."""
        bar = BARS[self.name]
        if self.through <= bar.most:
            return "held"
        return "BROKEN" if bar.held_to else "not yet held to"

    @property
    def is_broken(self) -> bool:
        """Whether the run must fail."""
        return self.verdict == "BROKEN"

    def facts(self) -> dict[str, Any]:
        """For the report."""
        bar = BARS[self.name]
        return {
            **asdict(self),
            "what": bar.what,
            "bar": bar.most,
            "threat": bar.threat,
            "verdict": self.verdict,
        }


def outcome(name: str, tries: int, through: list[str]) -> Outcome:
    """Of what got through, the first ones are kept as notes."""
    return Outcome(name=name, tries=tries, through=len(through), notes=through[:12])
