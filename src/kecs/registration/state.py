"""Where a registration waits between two pages: sealed in the session, gone after 30 minutes; views call this."""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import MutableMapping
from datetime import date, datetime, timedelta
from typing import Any

from kecs.matching.decide import Claim, Outcome
from kecs.pii.fields import sealed_text, unsealed_text
from kecs.pii.seal import SealBroken
from kecs.registration.flow import Choice, Registration

LASTS = timedelta(minutes=30)
SESSION_KEY = "registration"
VISITOR_KEY = "visitor"
BEGAN_KEY = "registration_began"

Session = MutableMapping[str, Any]


def new_key() -> str:
    """A name for a registration that nobody guesses."""
    return secrets.token_urlsafe(24)


def visitor_of(session: Session) -> str:
    """A name for this browser session, for limits; it outlives the change of session id at sign-in."""
    return str(session.setdefault(VISITOR_KEY, secrets.token_urlsafe(16)))


def began(session: Session, *, now: datetime) -> datetime | None:
    """When the first search of this visit was made; None before it, and half an hour after it."""
    stored = session.get(BEGAN_KEY)
    first = datetime.fromisoformat(stored) if isinstance(stored, str) else None
    return first if first and now - first <= LASTS else None


def note_beginning(session: Session, *, now: datetime) -> bool:
    """Remember the first search of a visit; False where this is not the first."""
    if began(session, now=now):
        return False
    session[BEGAN_KEY] = now.isoformat()
    return True


def _context(key: str) -> str:
    return f"registration.session:{key}"


def keep(session: Session, registration: Registration) -> None:
    """Put it into the session, sealed."""
    claim = registration.claim
    content = {
        "searched_at": registration.searched_at.isoformat(),
        "first_name": claim.first_name,
        "last_surname": claim.last_surname,
        "birth_date": claim.birth_date.isoformat(),
        "last4": claim.last4,
        "outcome": registration.outcome.value,
        "record_id": registration.record_id,
        "account_id": registration.account_id,
        "choice": registration.choice.value if registration.choice else None,
    }
    sealed = sealed_text(json.dumps(content), _context(registration.key))
    session[SESSION_KEY] = {"key": registration.key, "sealed": b64encode(sealed).decode()}


def kept(session: Session, *, now: datetime) -> Registration | None:
    """The registration in this session, or None when there is none or its time is over."""
    stored = session.get(SESSION_KEY)
    if not isinstance(stored, dict):
        return None
    try:
        content = json.loads(unsealed_text(b64decode(stored["sealed"]), _context(stored["key"])))
    except SealBroken:  # the key was rotated away, or the session was tampered with: start again
        return None
    searched_at = datetime.fromisoformat(content["searched_at"])
    if now - searched_at > LASTS:
        return None
    return Registration(
        key=stored["key"],
        searched_at=searched_at,
        claim=Claim(
            first_name=content["first_name"],
            last_surname=content["last_surname"],
            birth_date=date.fromisoformat(content["birth_date"]),
            last4=content["last4"],
        ),
        outcome=Outcome(content["outcome"]),
        record_id=content["record_id"],
        account_id=content["account_id"],
        choice=Choice(content["choice"]) if content["choice"] else None,
    )


def forget(session: Session) -> None:
    """Remove it from the session."""
    session.pop(SESSION_KEY, None)
    session.pop(BEGAN_KEY, None)
