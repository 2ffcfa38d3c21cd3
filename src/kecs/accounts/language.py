"""In which language a person goes on when she has signed in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kecs.accounts.actions import change_language
from kecs.accounts.queries import signed_in, state_of

LANGUAGE_SESSION_KEY = "chosen_language"  # the language that was chosen before signing in


def in_own_language(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer to a sign-in, in the language just chosen, which the account keeps, or else in the account's own."""
    if request.user.is_authenticated:
        account_id = signed_in(request)
        chosen = request.session.pop(LANGUAGE_SESSION_KEY, "")
        if chosen:
            change_language(account_id=account_id, language=chosen, by=f"account:{account_id}")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen or state_of(account_id).language,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    return response
