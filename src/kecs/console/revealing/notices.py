"""Mails of this room to staff themselves."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from kecs.assurance.notices import in_every_language
from kecs.mail.messages import Message, render


def reveals_stopped_notice(*, to: str, username: str, account_id: UUID, most: int) -> Message:
    """To a security officer: a member of staff asked for more whole numbers than an hour allows. Names no educator."""
    return in_every_language(
        lambda: render(
            "console.reveals_stopped",
            to,
            _("A member of staff saw many Social Security numbers"),
            "console/mail/reveals_stopped",
            {
                "username": username,
                "most": most,
                "url": settings.KECS_ORIGIN + reverse("console:account", kwargs={"account_id": account_id}),
            },
        )
    )
