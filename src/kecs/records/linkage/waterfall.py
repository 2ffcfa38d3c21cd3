"""PURE. Why a pair has the weight it has: one step an attribute, in bits, from the prior to the sum. No values.

Called by engine, which makes it, and by the pages and commands that show it to staff.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kecs.records.linkage.comparisons import Attribute, Level

PRIOR = "prior"  # what is known before anything is compared: that duplicates are rare


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One attribute. `rarity` is what the level is worth more, or less, for this very name than for the average one."""

    attribute: str
    level: str
    bits: float
    rarity: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """All steps, the prior first. The weight is their sum: 10 bits are odds of a thousand to one."""

    steps: tuple[Step, ...]

    @property
    def weight(self) -> float:
        """In bits."""
        return sum(step.bits + step.rarity for step in self.steps)

    @property
    def levels(self) -> dict[Attribute, Level]:
        """The level that each attribute reached."""
        return {
            Attribute(step.attribute): Level(step.level) for step in self.steps if step.attribute != PRIOR
        }

    def stored(self) -> list[dict[str, Any]]:
        """As the case keeps it."""
        return [
            {
                "attribute": step.attribute,
                "level": step.level,
                "bits": round(step.bits, 1),
                "rarity": round(step.rarity, 1),
            }
            for step in self.steps
        ]


def waterfall(
    *,
    prior: float,
    levels: Mapping[Attribute, Level],
    bits: Mapping[Attribute, float],
    rarity: Mapping[Attribute, float],
) -> Waterfall:
    """The steps of one pair."""
    steps = [Step(attribute=PRIOR, level="", bits=prior)]
    steps += [
        Step(
            attribute=attribute.value,
            level=level.value,
            bits=bits[attribute],
            rarity=rarity.get(attribute, 0.0),
        )
        for attribute, level in levels.items()
    ]
    return Waterfall(steps=tuple(steps))


def from_stored(stored: Iterable[Mapping[str, Any]]) -> Waterfall:
    """What `stored` made, read back."""
    return Waterfall(
        steps=tuple(
            Step(
                attribute=str(step["attribute"]),
                level=str(step["level"]),
                bits=float(step["bits"]),
                rarity=float(step["rarity"]),
            )
            for step in stored
        )
    )


def sentence(fall: Waterfall) -> str:
    """On one line: "weight +21.4 = prior -26.6; first_name same +8.3 (rarity +2.1); ... "."""
    told = []
    for step in fall.steps:
        words = f"{step.attribute} {step.level} {step.bits:+.1f}".replace("  ", " ")
        told.append(words + (f" (rarity {step.rarity:+.1f})" if round(step.rarity, 1) else ""))
    return f"weight {fall.weight:+.1f} = " + "; ".join(told)
