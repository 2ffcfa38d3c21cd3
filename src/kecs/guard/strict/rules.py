"""PURE. When strict mode begins and how long it lasts: figures in, a reason out."""

from dataclasses import dataclass
from datetime import timedelta

WINDOW = timedelta(minutes=10)
LASTS = timedelta(minutes=30)
FEWEST_MISSES = 200
MOST_MISS_RATIO = 0.40
MOST_MISSES = 2_000
# While so many more are held than go on to give a mailbox, somebody is still spraying.
STILL_HELD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the searches of the last ten minutes came to."""

    searches: int = 0
    misses: int = 0
    held: int = 0
    proven: int = 0


def why_begin(tally: Tally) -> str:
    """The reason to begin strict mode, or nothing."""
    if tally.misses >= MOST_MISSES:
        return "misses"
    if tally.misses >= FEWEST_MISSES and tally.misses > MOST_MISS_RATIO * tally.searches:
        return "miss_ratio"
    return ""


def goes_on(tally: Tally) -> bool:
    """Whether the spray that began it goes on: many are held and never give a mailbox."""
    return tally.held - tally.proven >= STILL_HELD
