"""The text of a letter with a code, in every language; staff put it under their letterhead and post it."""

from uuid import UUID

from django.conf import settings
from django.template import Context, Engine
from django.urls import reverse
from django.utils import translation

from kecs.assurance.codes import spaced
from kecs.assurance.notices import BETWEEN
from kecs.records.holdings.queries import names_on_file

TEMPLATE = "assurance/letter.txt"


def letter_text(*, record_id: UUID, code: str, not_me: str) -> str:
    """What is printed."""
    first_name, last_surname = names_on_file(record_id)
    facts = {
        "name": f"{first_name} {last_surname}".strip(),
        "code": spaced(code),
        "page": settings.KECS_ORIGIN + reverse("assurance:prove"),
        "not_me": spaced(not_me),
        "not_me_page": settings.KECS_ORIGIN + reverse("assurance:not_me_letter"),
        "agency": settings.KECS_AGENCY_NAME,
        "help_phone": settings.KECS_HELP_PHONE,
        "help_email": settings.KECS_HELP_EMAIL,
    }
    written = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            template = Engine.get_default().get_template(TEMPLATE)
            written.append(template.render(Context(facts, autoescape=False)).strip())
    return BETWEEN.join(written) + "\n"
