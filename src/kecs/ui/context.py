"""Says to every template which agency this is, who helps, and who is signed in; a context processor."""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from kecs.ui.asking import asking


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyWords:
    """Words of the agency's own, and the language they are in, for a screen reader to switch its voice."""

    text: str
    language: str

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class SsnNotice:
    """What the Privacy Act asks to be said before a Social Security number is."""

    mandatory_or_voluntary: AgencyWords
    authority: AgencyWords
    uses: AgencyWords


def in_the_language_read(english: str, spanish: str) -> AgencyWords:
    """The Spanish on a Spanish page, where the agency has given any; else the English."""
    if get_language() == "es" and spanish:
        return AgencyWords(text=spanish, language="es")
    return AgencyWords(text=english, language="en")


def ssn_notice() -> SsnNotice:
    """For the few templates that show it."""
    return SsnNotice(
        **{
            part: in_the_language_read(text, settings.KECS_SSN_NOTICE_ES.get(part, ""))
            for part, text in settings.KECS_SSN_NOTICE.items()
        }
    )


@cache
def address_in(header: str) -> str:
    """The bare address of a mail's header."""
    return parseaddr(header)[1]


def site(request: HttpRequest) -> dict[str, Any]:
    """Keys: agency_name, help_phone, help_phone_link, help_email, help_hours, help_mail, asking, mail_from, ssn_notice,
    signed_in_username, session_seconds_left.

    Blank when unknown. `help_hours` is AgencyWords, `ssn_notice` gives an SsnNotice, `asking` is an Asking.
    """
    phone = str(getattr(settings, "KECS_HELP_PHONE", ""))
    email = str(getattr(settings, "KECS_HELP_EMAIL", ""))
    about = asking(request)
    return {
        "agency_name": str(getattr(settings, "KECS_AGENCY_NAME", "")),
        "help_phone": phone,
        "help_phone_link": re.sub(r"[^+0-9]", "", phone),
        "help_email": email,
        "help_mail": about.mail_to(email),
        "asking": about,
        "help_hours": in_the_language_read(
            getattr(settings, "KECS_HELP_HOURS", ""), getattr(settings, "KECS_HELP_HOURS_ES", "")
        ),
        "mail_from": address_in(settings.DEFAULT_FROM_EMAIL),
        "ssn_notice": ssn_notice,
        "signed_in_username": signed_in_username(request),
        "session_seconds_left": session_seconds_left(request),
    }


def signed_in_username(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return str(user.get_username()) if user is not None and user.is_authenticated else ""


def session_seconds_left(request: HttpRequest) -> int:
    """Until the session of who is signed in ends, if nothing happens; 0 where nobody is, or none is set."""
    left = getattr(request, "session_seconds_left", 0) if signed_in_username(request) else 0
    return max(round(left), 0)
