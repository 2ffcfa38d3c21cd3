"""The page on which somebody asks a person; it says in the log which page she came from."""

from typing import Any

import structlog
from django.conf import settings
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from kecs.help.messages import NAMES
from kecs.ui.asking import Asking, asking, reference_of

_log = structlog.get_logger("kecs.help")


class AskView(TemplateView):
    """How to reach a person, and the number that saves her from telling where she was."""

    template_name = "help/ask.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Of a page that broke, the number is that request's; else this one's, whose line in the log names the page."""
        came_from = asking(self.request)
        about = Asking(came_from.page, came_from.reference or reference_of(self.request))
        _log.info("a person is asked", route=about.page or "-", code=about.reference)
        name = NAMES.get(about.page, "")
        return {
            **super().get_context_data(**kwargs),
            "about": about,
            "page_name": name,
            # Without gaps, so that it leads back.
            "way_back": about.page if "..." not in about.page else "",
            "help_mail": about.mail_to(settings.KECS_HELP_EMAIL, _body(about, str(name))),
        }


def _body(about: Asking, name: str) -> str:
    page = [_("Page: %(page)s") % {"page": f"{name} {about.page}".strip()}] if about.page else []
    number = _("Number: %(reference)s") % {"reference": about.reference}
    question = _("What did you want to do, and what did the page say?")
    return "\r\n".join([*page, number, "", question, ""])
