"""Copies of what is queued while a block runs: the desk shows the mails of a decision before it is made.

The block's work is rolled back, so nothing leaves; what is shown is what the very same code would send.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from kecs.mail.messages import Message

_copies: ContextVar[list[Message] | None] = ContextVar("_copies", default=None)


@contextmanager
def copies_kept() -> Iterator[list[Message]]:
    """The mails that this block queues, in their order."""
    copies: list[Message] = []
    token = _copies.set(copies)
    try:
        yield copies
    finally:
        _copies.reset(token)


def keep_copy(message: Message) -> None:
    """Called for each mail that is queued."""
    copies = _copies.get()
    if copies is not None:
        copies.append(message)
