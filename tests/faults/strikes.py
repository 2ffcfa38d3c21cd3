"""Strikes of several kinds by turns against a server, and what each kind came to."""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.faults.left import Rules
from tests.faults.opening_day import at
from tests.faults.servers import Visitors


@dataclass
class Seen:
    """Of each kind: how often, what it cost people, and how soon they went on."""

    times: Counter[str] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)  # answers of 503
    healed: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def strike(self, how: str, act: Callable[[], None], visitors: Visitors) -> None:
        """Once; then somebody gets home, or it is not over."""
        before = visitors.day.statuses[503]
        act()
        ended = time.monotonic()
        visitors.wait_for(1)
        self.healed[how].append(time.monotonic() - ended)
        visitors.wait_for(3)
        self.times[how] += 1
        self.waits[how] += visitors.day.statuses[503] - before

    def rules(self, visitors: Visitors, *, ask_to_wait: Iterable[str]) -> Rules:
        """What must hold once they are home; strikes of the kinds in `ask_to_wait` do not only take time."""
        silent = [how for how in ask_to_wait if self.times[how] and not self.waits[how]]
        return [
            ("people were asked to wait", silent),
            ("no request is left without an answer", visitors.day.statuses[0]),
            *visitors.rules,
        ]

    def tell(self, visitors: Visitors, *, seed: int) -> None:
        """A line for each kind, and one for all."""
        for how, seconds in self.healed.items():
            sys.stdout.write(
                f"{how}: {self.times[how]} times, {self.waits[how]} answers of 503; the next account "
                f"{at(0.5, seconds):.2f} s after it in the middle, {at(1, seconds):.2f} s at most\n"
            )
        day = visitors.day
        sys.stdout.write(f"{len(day.home)} registered; 503: {day.statuses[503]}; seed {seed}\n")
