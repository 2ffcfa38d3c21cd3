"""How far a long command has come: a bar on a terminal, a line now and then in a log file; the room's commands show it."""

import time
from typing import Self, TextIO

from django.utils.translation import gettext as _
from tqdm import tqdm  # type: ignore[import-untyped]  # it ships no types

EVERY_SECONDS = 10.0


class Progress:
    """Counts what is done; says how fast it goes and how long it will take."""

    def __init__(self, *, total: int, stream: TextIO) -> None:
        self._stream = stream
        self._bar = tqdm(total=total, unit=" rows", disable=not stream.isatty(), file=stream)
        self._total = total
        self._before = self._done = 0
        self._began = self._said = time.monotonic()

    def __enter__(self) -> Self:
        """For `with Progress(...) as progress`."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Leaves the bar where it is."""
        self._bar.close()

    def resume(self, done: int) -> None:
        """So much was done before, or by somebody else: it does not count for how fast it goes."""
        self._before += done - self._done
        self._done = done
        self._bar.n, self._bar.initial = self._done, self._before
        self._bar.refresh()

    def advance(self, count: int) -> None:
        """So much more is done."""
        self._done += count
        self._bar.update(count)
        now = time.monotonic()
        if self._bar.disable and now - self._said >= EVERY_SECONDS:
            self._said = now
            rate = (self._done - self._before) / (now - self._began)
            sentence = _("%(done)s of %(total)s rows, %(rate)s a second, %(left)s left")
            self._stream.write(
                sentence
                % {
                    "done": f"{self._done:,}",
                    "total": f"{self._total:,}",
                    "rate": f"{rate:,.0f}",
                    "left": tqdm.format_interval((self._total - self._done) / rate if rate else 0),
                }
                + "\n"
            )
            self._stream.flush()
