"""Says to every template which agency this is, who helps, and who is signed in; a context processor."""

import re
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Keys: agency_name, help_phone, help_phone_link, help_email, help_hours, mail_from, ssn_notice, signed_in_username.

    Blank when unknown.
    """
    phone = str(getattr(settings, "KECS_HELP_PHONE", ""))
    return {
        "agency_name": str(getattr(settings, "KECS_AGENCY_NAME", "")),
        "help_phone": phone,
        "help_phone_link": re.sub(r"[^+0-9]", "", phone),
        "help_email": str(getattr(settings, "KECS_HELP_EMAIL", "")),
        "help_hours": str(getattr(settings, "KECS_HELP_HOURS", "")),
        "mail_from": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        "ssn_notice": settings.KECS_SSN_NOTICE,
        "signed_in_username": signed_in_username(request),
    }


def signed_in_username(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return str(user.get_username()) if user is not None and user.is_authenticated else ""
