"""Password hashes at once in one web process: as many as it has cores for, a few that wait, and the rest is told to come back.

A hash takes 150 ms of a core and 64 MiB. Without a bound, ten thousand people who register in ten minutes would have all
threads of the web server hash, and nobody could open a page. The hashers ask here; a page asks first, by `HashesPassword`,
before it counts a try. docs/adr/0034-opening-day.md
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore, local
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# Longer than any honest queue of a few hashes takes, even on a machine that others use too.
LONGEST_WAIT = 10.0  # seconds


class TooManyHashes(Exception):
    """No place is free. Nothing was hashed, and nothing that was typed is in this."""


class Places:
    """Places for those whose hash runs, and for those who wait for one. Safe for threads."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._admitted = BoundedSemaphore(at_once + waiting)
        self._running = BoundedSemaphore(at_once)
        self._mine = local()
        self.inside = 0
        self.refused = 0

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """A place in the queue for this block, or TooManyHashes at once. A block inside a block has it already."""
        if getattr(self._mine, "admitted", False):
            yield
            return
        if not self._admitted.acquire(blocking=False):
            self.refused += 1
            raise TooManyHashes
        self._mine.admitted = True
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1
            self._mine.admitted = False
            self._admitted.release()

    @contextmanager
    def running(self) -> Iterator[None]:
        """One hash. Raises TooManyHashes when the queue is full, or did not move."""
        with self.admitted():
            if not self._running.acquire(timeout=LONGEST_WAIT):
                self.refused += 1
                raise TooManyHashes
            try:
                yield
            finally:
                self._running.release()


@cache
def the_places() -> Places:
    """Those of this process."""
    return Places(at_once=settings.KECS_HASHES_AT_ONCE, waiting=settings.KECS_HASHES_WAITING)


class HashesPassword:
    """A page whose form costs a password hash: it is refused before anything is counted or looked up, or not at all."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Raises TooManyHashes."""
        view: Any = super()
        dispatch: Callable[..., HttpResponseBase] = view.dispatch
        if request.method != "POST":
            return dispatch(request, *args, **kwargs)
        with the_places().admitted():
            return dispatch(request, *args, **kwargs)
