"""Cloudflare's Turnstile."""

from typing import ClassVar

from kecs.guard.robot import Sources
from kecs.guard.robots.third_party import ThirdPartyRobot

_SOURCES = ("https://challenges.cloudflare.com",)


class TurnstileRobot(ThirdPartyRobot):
    """KECS_ROBOT=turnstile, with KECS_ROBOT_SITE_KEY and KECS_ROBOT_SECRET."""

    csp: ClassVar[Sources] = {"script-src": _SOURCES, "frame-src": _SOURCES}
    verify_url = "https://challenges.cloudflare.com/turnstile/v0/siteverify"
    script_url = "https://challenges.cloudflare.com/turnstile/v0/api.js"
    css_class = "cf-turnstile"
    token_field = "cf-turnstile-response"  # noqa: S105 - the name of a form field
