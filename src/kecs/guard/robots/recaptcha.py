"""Google's reCAPTCHA v2, the box."""

from typing import ClassVar

from kecs.guard.robot import Sources
from kecs.guard.robots.third_party import ThirdPartyRobot


class RecaptchaRobot(ThirdPartyRobot):
    """KECS_ROBOT=recaptcha, with KECS_ROBOT_SITE_KEY and KECS_ROBOT_SECRET."""

    csp: ClassVar[Sources] = {
        "script-src": ("https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/"),
        "frame-src": ("https://www.google.com/recaptcha/", "https://recaptcha.google.com/recaptcha/"),
    }
    verify_url = "https://www.google.com/recaptcha/api/siteverify"
    script_url = "https://www.google.com/recaptcha/api.js"
    css_class = "g-recaptcha"
    token_field = "g-recaptcha-response"  # noqa: S105 - the name of a form field
