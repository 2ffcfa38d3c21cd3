"""Password hashes at once in one web process: as many as it has cores for, a few that wait, and the rest is told when to come.

A hash takes 150 ms of a core and 64 MiB. Without a bound, ten thousand people who register in ten minutes would have all
threads of the web server hash, and nobody could even open a page. The hashers ask here; a page asks first, by `HashesPassword`,
before it counts a try. docs/adr/0034-opening-day.md
"""

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from math import ceil
from threading import Lock, local
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from kecs.accounts.turns import turn_has_come

T = TypeVar("T")

# Longer than any honest queue of a few hashes takes, even on a machine that others use too.
LONGEST_WAIT = 10.0  # seconds
# Whoever is refused comes again when it is her turn, but neither at once nor so late that she gives up.
SOONEST, LATEST = 5, 5 * 60  # seconds
# What a hash is thought to take before the first was made, and how much each one made since says about the next.
FIRST_PACE = 0.3  # seconds
NEWEST_COUNTS = 0.1
BEHIND_PAGES = 10  # nice: where both want a core, a page gets nine tenths of it


class TooManyHashes(Exception):
    """No place is free. Nothing was hashed, and nothing that was typed is in this."""


def _step_back() -> None:
    """This thread hashes for as long as the process lives: pages go first. Only Linux takes it of a thread alone."""
    if sys.platform == "linux":
        os.nice(BEHIND_PAGES)


class Places:
    """Places for those whose hash runs, and for those who wait for one. Safe for threads."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._lanes = ThreadPoolExecutor(at_once, thread_name_prefix="hash", initializer=_step_back)
        self._at_once = at_once
        self._most = at_once + waiting
        self._mine = local()
        self._lock = Lock()
        self._pace = FIRST_PACE  # seconds that a hash takes, of late, beside all else
        self._last_turn = self._last_again = 0.0
        self.inside = 0
        self.refused = 0

    @contextmanager
    def admitted(self, *, in_turn: bool = False) -> Iterator[None]:
        """A place for this block, or TooManyHashes at once. A block inside a block has it already.

        While turns are still to come, places to wait are for those whose turn has come; for others, a thread that idles.
        """
        if getattr(self._mine, "admitted", False):
            yield
            return
        self._enter(in_turn=in_turn)
        self._mine.admitted = True
        try:
            yield
        finally:
            self._mine.admitted = False
            with self._lock:
                self.inside -= 1

    def _enter(self, *, in_turn: bool) -> None:
        with self._lock:
            others_come_first = not in_turn and self._last_turn > monotonic()
            if self.inside >= (self._at_once if others_come_first else self._most):
                self.refused += 1
                raise TooManyHashes
            self.inside += 1

    def run(self, make_hash: Callable[[], T]) -> T:
        """One hash, on one of the threads that step back for pages. Raises TooManyHashes when the queue is full, or did not move."""
        with self.admitted():
            lane = self._lanes.submit(self._timed, make_hash)
            try:
                return lane.result(timeout=LONGEST_WAIT)
            except TimeoutError:
                if not lane.cancel():  # it has begun: its work is not thrown away
                    return lane.result()
            self.refused += 1
            raise TooManyHashes

    def _timed(self, make_hash: Callable[[], T]) -> T:
        began = monotonic()
        made = make_hash()
        with self._lock:
            self._pace += NEWEST_COUNTS * (monotonic() - began - self._pace)
        return made

    def turn(self) -> int:
        """In how many seconds whoever is refused now should come again, with her turn in the form (turns.py).

        Turns are given out one after the other, as fast as hashes are made of late: not all come back as one, and where a
        thousand wait, nobody comes ten times in vain and takes from the others what refusing her costs.
        """
        with self._lock:
            now = monotonic()
            self._last_turn = self._next(self._last_turn, now)
            return ceil(self._last_turn - now)

    def again(self) -> int:
        """The same for whoever came in her turn and found every place taken: a line of its own, before the turns to come."""
        with self._lock:
            now = monotonic()
            self._last_again = self._next(self._last_again, now)
            return ceil(self._last_again - now)

    def _next(self, last: float, now: float) -> float:
        return min(max(last + self._pace / self._at_once, now + SOONEST), now + LATEST)


@cache
def the_places() -> Places:
    """Those of this process."""
    return Places(at_once=settings.KECS_HASHES_AT_ONCE, waiting=settings.KECS_HASHES_WAITING)


# A process that was forked has none of its parent's threads: without this, the first hash after a hash before the fork waits
# for one that is not there.
os.register_at_fork(after_in_child=the_places.cache_clear)


class HashesPassword:
    """A page whose form costs a password hash: it is refused before anything is counted or looked up, or not at all."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Raises TooManyHashes."""
        view: Any = super()
        dispatch: Callable[..., HttpResponseBase] = view.dispatch
        if request.method != "POST":
            return dispatch(request, *args, **kwargs)
        with the_places().admitted(in_turn=turn_has_come(request)):
            return dispatch(request, *args, **kwargs)
