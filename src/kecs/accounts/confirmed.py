"""What rooms above do when an address is confirmed: they register here at the start, and this room knows none of them.

They are called inside the transaction of the confirmation, before its event: what they do stands or falls with it.
"""

from typing import Protocol
from uuid import UUID


class Watcher(Protocol):
    """An action of a room above."""

    def __call__(self, *, account_id: UUID, email: str, by: str) -> None:
        """The account has just confirmed this address."""


_watchers: list[Watcher] = []


def when_confirmed(watcher: Watcher) -> None:
    """Have this action called at every confirmation. Once a room, from its AppConfig.ready."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def tell_confirmed(*, account_id: UUID, email: str, by: str) -> None:
    """Call them all."""
    for watcher in _watchers:
        watcher(account_id=account_id, email=email, by=by)
