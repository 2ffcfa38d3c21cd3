"""Form pages with the box I'm not a robot on them; views of other rooms stand on this."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase

from kecs.guard.robot import Verdict, csp_needs, sentence, the_robot_check


class RobotChecked:
    """A form page with the box I'm not a robot on it."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A check by a third party loads scripts of its own: these pages admit them, no other does."""
        view: Any = super()
        dispatch: Callable[..., HttpResponseBase] = csp_update(dict(csp_needs(settings.KECS_ROBOT)))(
            view.dispatch
        )
        return dispatch(request, *args, **kwargs)

    def robot_passed(self, form: Form) -> bool:
        """Judges the box, which uses it up: ask last. A refusal is put on the form, in the summary and at the box."""
        verdict = self.judged(the_robot_check().verify(request=self.request, form_data=self.request.POST))
        if verdict is Verdict.PASSED:
            return True
        self.robot_error = sentence(verdict)
        form.add_error(None, self.robot_error)
        return False

    def judged(self, verdict: Verdict) -> Verdict:
        """What the page makes of a verdict."""
        return verdict

    def box_is_due(self) -> bool:
        """Whether this page has the box on it."""
        return True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the box, fresh for this page."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin of FormView
        if not self.box_is_due():
            return context
        widget = the_robot_check().widget(self.request)
        context.update(
            robot=widget.context,
            robot_template=widget.template,
            error=getattr(self, "robot_error", ""),
            form_error_link="#id_robot",
        )
        return context
