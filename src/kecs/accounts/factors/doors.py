"""The doors of an account's own pages. Who may do what is a table of a room above, which registers here at the start; this room knows none.

What stands behind a door asks it itself whether somebody is signed in, and how long ago.
"""

from enum import StrEnum
from typing import Any, Protocol

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from kecs.accounts.factors.gate import FreshSignInRequired


class Door(StrEnum):
    """What somebody wants with her own account."""

    KEEP = "keep"  # see what it has, end sessions, go on
    CHANGE = "change"  # what she signs in with, and where mail goes: after a fresh sign-in


class Keeper(Protocol):
    """A question to the room above."""

    def __call__(self, request: HttpRequest, door: Door) -> HttpResponse | None:
        """The page for whoever may not; None for whoever may."""


_keepers: list[Keeper] = []


def when_asked(keeper: Keeper) -> None:
    """Have this asked at every door. Once a room, from its AppConfig.ready."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def shut(request: HttpRequest, door: Door) -> HttpResponse | None:
    """The first page that says no."""
    pages = (keeper(request, door) for keeper in _keepers)
    return next((page for page in pages if page is not None), None)


class KeepsAccount(LoginRequiredMixin):
    """Mixin, to stand before View: a page of the account of whoever is signed in."""

    door = Door.KEEP

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The way to sign in for strangers; then what the table says."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        page = shut(request, self.door)
        if page is not None:
            return page
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


class ChangesAccount(KeepsAccount, FreshSignInRequired):
    """The same for what a borrowed open browser must not do: whoever signed in more than ten minutes ago shows that it is she."""

    door = Door.CHANGE
