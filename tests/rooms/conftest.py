"""Rooms are tested without a browser's script: the box I'm not a robot is ticked by the twin that believes everybody."""

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest


@pytest.fixture(autouse=True)
def _believed_to_be_a_person(request, settings):
    """Except in the guard's own tests."""
    if request.path.parent.name != "guard":  # the room, wherever the clone lies
        settings.KECS_ROBOT = "null"


@pytest.fixture(autouse=True)
def _one_half_minute(monkeypatch):
    """A test takes place in one half minute of the authenticator apps: another one begins in the middle of some test each run.

    Then the code "of two steps ahead" was the next one, and the one that set the app up no longer the one before.
    """
    from kecs.accounts.factors import totp

    step = totp.step_at(datetime.now(UTC))
    monkeypatch.setattr(totp, "step_at", lambda _now: step)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the root logger writes, a line of JSON each."""
    from kecs.config.logs import JsonLines

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
