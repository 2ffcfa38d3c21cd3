"""Who writes the mails that were asked for in a request and are written later: rooms register here, the worker asks."""

from collections.abc import Mapping
from typing import Protocol


class Writer(Protocol):
    """An action of the room that owns the kind: queues none, one or several mails, in the transaction it is called in."""

    def __call__(self, *, to: str, facts: Mapping[str, str], by: str) -> None:
        """`to` and `facts` are what the request gave; `by` is the worker."""


_writers: dict[str, Writer] = {}


class NoWriter(LookupError):
    """No room of this process writes this kind of mail."""


def register_writer(*, kind: str, writer: Writer) -> None:
    """Called once for each kind by AppConfig.ready of the room that owns it."""
    _writers[kind] = writer


def writer_of(kind: str) -> Writer:
    """The writer of this kind. Raises NoWriter."""
    try:
        return _writers[kind]
    except KeyError:
        raise NoWriter(kind) from None
