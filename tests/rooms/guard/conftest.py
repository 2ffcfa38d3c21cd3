"""What the guard tests stand on: requests with a session, and a clock of the process that a test moves."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

MakeRequest = Callable[..., HttpRequest]


@pytest.fixture
def visitor(rf: RequestFactory) -> MakeRequest:
    """Makes requests of one visitor; `visitor(SessionStore())` makes one of another."""
    from kecs.accounts.sessions import SessionStore

    own = SessionStore()

    def make(session: SessionBase = own, **meta: str) -> HttpRequest:
        request = rf.generic("POST", "/", **meta)  # type: ignore[arg-type]  # headers, loosely typed there
        request.session = session
        return request

    return make


@dataclass
class Clock:
    """The time of the process and of the portal, moved by `forward`."""

    ahead: float = 0.0

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.ahead += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Real time, and whatever the test adds."""
    from kecs.audit.clock import portal_clock
    from kecs.guard import stamps

    real, moved = time.time, Clock()
    monkeypatch.setattr(time, "time", lambda: real() + moved.ahead)
    monkeypatch.setattr(stamps, "portal_clock", lambda: portal_clock() + timedelta(seconds=moved.ahead))
    return moved


@pytest.fixture(autouse=True)
def _cheap_work(settings: Settings) -> None:
    settings.KECS_ROBOT = "altcha"
    settings.KECS_ALTCHA_COST = 2  # what is tested is the protocol, not the heat
    settings.KECS_TRUSTED_PROXIES = 0
