"""The words of notices: one mail to an address, in every language, since who reads it is unknown and who claims must not choose."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kecs.mail.messages import Message, render

BETWEEN = "\n\n---\n\n"


class Why(StrEnum):
    """What a notice tells of."""

    CLAIMED = "claimed"
    CONTESTED = "contested"
    CODE = "code"
    VERIFIED = "verified"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"
    RELEASED = "released"
    MERGED = "merged"
    MERGED_PROVE = "merged_prove"
    MERGED_AWAY = "merged_away"
    UNMERGED = "unmerged"


def _subjects() -> Mapping[Why, str]:
    return {
        Why.CLAIMED: _("An account was made for your educator record"),
        Why.CONTESTED: _("Another account asks for this educator record"),
        Why.CODE: _("Your code"),
        Why.VERIFIED: _("An educator record was opened"),
        Why.FROZEN: _("Your record is on hold"),
        Why.UNFROZEN: _("Your record is not on hold any more"),
        Why.LAPSED: _("The time to show that a record is yours is over"),
        Why.SUPERSEDED: _("Your account does not have this record any more"),
        Why.RELEASED: _("Your account does not have this record any more"),
        Why.MERGED: _("We joined two educator records"),
        Why.MERGED_PROVE: _("We joined two educator records"),
        Why.MERGED_AWAY: _("Your account does not have this record any more"),
        Why.UNMERGED: _("An educator record is as it was before"),
    }


def not_me_url(token: str) -> str:
    """Where the reader of a notice says "this wasn't me"."""
    return settings.KECS_ORIGIN + reverse("assurance:not_me_link", kwargs={"token": token})


def in_every_language(write: Callable[[], Message]) -> Message:
    """One mail of what is written in each language."""
    written = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            written.append(write())
    return replace(
        written[0],
        subject=" / ".join(each.subject for each in written),
        text=BETWEEN.join(each.text for each in written),
    )


def notice(*, why: Why, to: str, facts: Mapping[str, str]) -> Message:
    """The mail that tells of this. `facts` may hold a code and the link; what ends a claim says whom to call besides."""
    context = {"help_phone": settings.KECS_HELP_PHONE, "help_email": settings.KECS_HELP_EMAIL, **facts}
    return in_every_language(
        lambda: render(f"assurance.{why.value}", to, _subjects()[why], f"assurance/mail/{why.value}", context)
    )
