"""hCaptcha."""

from typing import ClassVar

from kecs.guard.robot import Sources
from kecs.guard.robots.third_party import ThirdPartyRobot

_SOURCES = ("https://hcaptcha.com", "https://*.hcaptcha.com")


class HcaptchaRobot(ThirdPartyRobot):
    """KECS_ROBOT=hcaptcha, with KECS_ROBOT_SITE_KEY and KECS_ROBOT_SECRET."""

    csp: ClassVar[Sources] = {
        "script-src": _SOURCES,
        "frame-src": _SOURCES,
        "style-src": _SOURCES,
        "connect-src": _SOURCES,
    }
    verify_url = "https://api.hcaptcha.com/siteverify"
    script_url = "https://js.hcaptcha.com/1/api.js"
    css_class = "h-captcha"
    token_field = "h-captcha-response"  # noqa: S105 - the name of a form field
