"""Why batch linkage took two records for one person's, in plain words: an attribute a line, and the sum as odds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from kecs.records.linkage.comparisons import Level
from kecs.records.linkage.waterfall import PRIOR, Step, Waterfall

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HOW: Mapping[str, "StrOrPromise"] = {
    Level.SAME: _("the same"),
    Level.SWAPPED: _("first and last name stand in each other's place"),
    Level.NICKNAME: _("one is a nickname of the other"),
    Level.OTHER: _("a former or second name is the same"),
    Level.BEGINNING: _("one is the beginning of the other"),
    Level.TYPO: _("different by a typing mistake"),
    Level.ALIKE: _("look or sound alike"),
    Level.TURNED: _("day and month changed places"),
    Level.PART: _("two of day, month and year are the same"),
    Level.NEXT: _("one number follows the other"),
    Level.ONE_DIGIT: _("one digit is different"),
    Level.TRANSPOSED: _("two digits changed places"),
    Level.LAST4: _("the last 4 digits are the same"),
    Level.SLIP: _("different by one slip in the last 4 digits"),
    Level.DIFFERS: _("different"),
    Level.ABSENT: _("not compared"),
}
# In bits: a step of 10 makes it a thousand times as likely.
STRONG, WEAK = 6.0, 1.0
MOST = 40  # beyond a million million to one nobody reads the zeros


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line: what was compared, how it agrees, what that says."""

    fact: str
    how: "StrOrPromise"
    says: "StrOrPromise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All lines, and what they come to."""

    facts: list[Fact]
    odds: "StrOrPromise"


def told(fall: Waterfall) -> Told:
    """In the order in which it was weighed. The prior, which says that duplicates are rare, is in the sum."""
    steps = [step for step in fall.steps if step.attribute != PRIOR]
    facts = [
        Fact(fact=step.attribute, how=HOW.get(step.level, step.level), says=_says(step))
        for step in steps
        if step.level != Level.ABSENT
    ]
    return Told(facts=facts, odds=_odds(fall.weight))


def _says(step: Step) -> "StrOrPromise":
    bits = step.bits + step.rarity
    if abs(bits) < WEAK:
        return _("says little")
    if bits > 0:
        strong = bits >= STRONG
        if step.rarity >= WEAK:
            return (
                _("speaks strongly for one person, because the name is rare")
                if strong
                else _("speaks for one person, because the name is rare")
            )
        return _("speaks strongly for one person") if strong else _("speaks for one person")
    return _("speaks strongly for two people") if bits <= -STRONG else _("speaks for two people")


def _odds(weight: float) -> "StrOrPromise":
    """As people say it, in one digit: "about 2,000 to 1"."""
    many = 2 ** min(abs(weight), MOST)
    digits = len(str(int(many))) - 1
    rounded = f"{round(many / 10**digits) * 10**digits:,}"
    if weight >= 0:
        return _("All in all: about %(odds)s to 1 that they are one person.") % {"odds": rounded}
    return _("All in all: about %(odds)s to 1 that they are two people.") % {"odds": rounded}
