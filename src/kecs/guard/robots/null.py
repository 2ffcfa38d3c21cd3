"""No check at all, for tests and measurements; production refuses it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest

from kecs.guard.robot import Sources, Verdict, WidgetContext


class NullRobot:
    """Shows the box and passes whatever is posted."""

    csp: ClassVar[Sources] = {}

    def widget(self, _request: HttpRequest) -> WidgetContext:
        """The bare box."""
        return WidgetContext(template="guard/null.html")

    def verify(self, *, request: HttpRequest, form_data: Mapping[str, Any]) -> Verdict:
        """Passed."""
        return Verdict.PASSED
