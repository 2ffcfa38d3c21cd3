"""Rooms are tested without a browser's script: the box I'm not a robot is ticked by the twin that believes everybody."""

import pytest


@pytest.fixture(autouse=True)
def _believed_to_be_a_person(request, settings):
    """Except in the guard's own tests."""
    if request.path.parent.name != "guard":  # the room, wherever the clone lies
        settings.KECS_ROBOT = "null"
