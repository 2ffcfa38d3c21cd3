"""What follows a search that may be evaluated: the answer is kept, sealed, and the match page is next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from kecs.audit.clock import portal_clock
from kecs.matching.decide import Claim
from kecs.registration import actions, state
from kecs.registration.flow import Registration


def search_and_keep(request: HttpRequest, *, claim: Claim, proven: bool) -> HttpResponse:
    """Search, and go on. `proven`: a mailbox code was given for it."""
    now = portal_clock()
    first = state.note_beginning(request.session, now=now)
    decision = actions.search_for_me(claim=claim, proven=proven, again=not first, by="anonymous")
    found = Registration(
        key=state.new_key(),
        searched_at=now,
        claim=claim,
        outcome=decision.outcome,
        record_id=decision.record_id,
        account_id=decision.account_id,
    )
    # From here on the session holds facts: whoever planted its id in this browser is left behind.
    request.session.cycle_key()
    state.keep(request.session, found)
    return redirect("registration:match")
