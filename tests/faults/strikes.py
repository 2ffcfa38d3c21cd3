"""Strikes of several kinds by turns against a server, and what each kind came to."""

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.faults.left import Rules
from tests.faults.opening_day import at
from tests.faults.servers import Visitors


def asked_for(about: str | None, *, kinds: Sequence[str]) -> tuple[int, int]:
    """How many strikes the command line wants, and the seed of their chances, which is set."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=100, help="strikes in all, of each kind by turns")
    parser.add_argument("--quick", action="store_true", help="one of each kind")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    random.seed(options.seed)
    return len(kinds) if options.quick else options.times, options.seed


@dataclass
class Seen:
    """Of each kind: how often, what it cost people, and how soon they went on."""

    times: Counter[str] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)  # answers of 503
    healed: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def by_turns(
        self, kinds: Sequence[str], times: int, act: Callable[[str], None], visitors: Visitors
    ) -> None:
        """So many strikes in all."""
        for number in range(times):
            self._strike(kinds[number % len(kinds)], act, visitors)

    def _strike(self, how: str, act: Callable[[str], None], visitors: Visitors) -> None:
        """Once; then somebody gets home, or it is not over."""
        before = visitors.day.statuses[503]
        act(how)
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
