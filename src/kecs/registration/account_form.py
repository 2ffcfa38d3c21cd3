"""What the account form comes to on each road: a count of this browser's, and the account that was chosen."""

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from kecs.accounts.actions import NewAccount, hash_of
from kecs.guard.crowds import counted_here
from kecs.guard.later import later
from kecs.guard.limits import Limit
from kecs.guard.network import network_of
from kecs.registration import state
from kecs.registration.forms import AccountForm

ANYONE = "anonymous"


def one_too_many(request: HttpRequest) -> HttpResponse | None:
    """Count the form before it costs a password hash; the page that says when to come back, where the browser had its share."""
    in_session, _crowded = counted_here(
        session=(Limit.REGISTRATIONS_PER_SESSION, state.visitor_of(request.session)),
        network=(Limit.REGISTRATIONS_PER_NETWORK, network_of(request)),
        by=ANYONE,
    )
    return None if in_session.allowed else later(request, [in_session])


def chosen_in(form: AccountForm) -> NewAccount:
    """What was chosen, in the language of the page; the password is hashed here, outside of every transaction."""
    return NewAccount(
        username=form.cleaned_data["username"],
        email=form.cleaned_data["email"],
        password_hash=hash_of(password=form.cleaned_data["password1"], by=ANYONE),
        language=translation.get_language() or "en",
    )
