"""What an installation with a robot check that does not check refuses to start with."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from kecs.guard.robot import ROBOTS

_OWN = frozenset({"altcha", "null"})


@register()
def the_robot_check_checks(**_kwargs: Any) -> list[CheckMessage]:
    """The named check exists, has its keys, and is one."""
    name = settings.KECS_ROBOT
    if name not in ROBOTS:
        return [Error(f"KECS_ROBOT must be one of: {', '.join(ROBOTS)}.", id="kecs.guard.E001")]
    problems: list[CheckMessage] = []
    if name == "null" and settings.KECS_MODE == "production":
        problems.append(Error("KECS_ROBOT must not be null: it lets everything pass.", id="kecs.guard.E002"))
    if name not in _OWN and not (settings.KECS_ROBOT_SITE_KEY and settings.KECS_ROBOT_SECRET):
        problems.append(Error("Set KECS_ROBOT_SITE_KEY and KECS_ROBOT_SECRET.", id="kecs.guard.E003"))
    verify_url = settings.KECS_ROBOT_VERIFY_URL
    if verify_url and settings.KECS_MODE == "production" and not verify_url.startswith("https://"):
        problems.append(Error("KECS_ROBOT_VERIFY_URL must begin with https://.", id="kecs.guard.E004"))
    if name == "altcha" and settings.KECS_MODE == "production" and settings.KECS_ALTCHA_COST < 1_000:
        problems.append(Error("KECS_ALTCHA_COST must be at least 1000.", id="kecs.guard.E005"))
    return problems
