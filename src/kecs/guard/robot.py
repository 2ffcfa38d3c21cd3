"""The robot check as the rooms see it: a widget for the form, a verdict on what was posted, a sentence for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol, assert_never

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

# Sources that a check needs beyond our own, by directive of the Content-Security-Policy.
Sources = Mapping[str, tuple[str, ...]]

ROBOTS = {
    "altcha": "kecs.guard.robots.altcha.AltchaRobot",
    "recaptcha": "kecs.guard.robots.recaptcha.RecaptchaRobot",
    "hcaptcha": "kecs.guard.robots.hcaptcha.HcaptchaRobot",
    "turnstile": "kecs.guard.robots.turnstile.TurnstileRobot",
    "null": "kecs.guard.robots.null.NullRobot",
}


class Verdict(StrEnum):
    """What a check says about a posted form."""

    PASSED = "passed"
    MISSING = "missing"
    FAILED = "failed"
    EXPIRED = "expired"
    USED = "used"
    TOO_QUICK = "too_quick"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetContext:
    """What a form template includes: `{% include robot.template with robot=robot.context error=... %}`."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


class RobotCheck(Protocol):
    """One way of asking whether a person is there."""

    csp: ClassVar[Sources]

    def widget(self, request: HttpRequest) -> WidgetContext:
        """The check for a page that is about to be shown. Each page gets its own."""

    def verify(self, *, request: HttpRequest, form_data: Mapping[str, Any]) -> Verdict:
        """Judge a post. Whatever it says is used up, so ask last, when the rest of the form is in order.

        Call it outside of a transaction that may roll back: a rollback would make the check good again.
        """


def the_robot_check() -> RobotCheck:
    """The check that KECS_ROBOT names. Raises KeyError for a name that is none (the system check says so first)."""
    robot: RobotCheck = import_string(ROBOTS[settings.KECS_ROBOT])()
    return robot


def csp_needs(name: str) -> Sources:
    """What the check of this name adds to the Content-Security-Policy; settings may call this."""
    needs: Sources = import_string(ROBOTS[name]).csp
    return needs


def sentence(verdict: Verdict) -> str:
    """What the person is told and can do, beside the box and in the summary; empty when the check was passed."""
    match verdict:
        case Verdict.PASSED:
            return ""
        case Verdict.MISSING:
            return _("Check the box “I'm not a robot”.")
        case Verdict.FAILED:
            return _("The robot check did not work. Check the box “I'm not a robot” again.")
        case Verdict.EXPIRED:
            return _("The robot check is too old. Check the box “I'm not a robot” again.")
        case Verdict.USED:
            return _("That robot check was used already. Check the box “I'm not a robot” again.")
        case Verdict.TOO_QUICK:
            return _("Please wait a few seconds, then press the button again.")
        case Verdict.TOO_MANY:
            return _(
                "There were many tries from your network. Turn on JavaScript, or try again in 10 minutes."
            )
        case Verdict.UNAVAILABLE:
            return _("The robot check cannot be reached right now. Please try again in a few minutes.")
        case _:
            assert_never(verdict)
