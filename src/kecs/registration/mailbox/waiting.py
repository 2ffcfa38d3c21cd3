"""What waits in the session: the search that was typed, the code that was mailed, the mailbox that was proven.

All of it is sealed, and of the code and the address there are digests only.
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hmac import compare_digest
from typing import Any

from kecs.matching.decide import Claim
from kecs.pii.fields import digest_of, sealed_text, unsealed_text
from kecs.pii.seal import SealBroken

SEARCH_KEY, CODE_KEY, PROVEN_KEY = "waiting_search", "mailbox_code", "mailbox_proven"
SEARCH_LASTS = timedelta(minutes=30)
CODE_LASTS = timedelta(minutes=15)
PROVEN_LASTS = timedelta(minutes=30)
DIGITS = 6

Session = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCode:
    """A code on its way. `name` is what its tries are counted under, `mailbox` what its searches are counted under."""

    name: str
    digest: str = field(repr=False)
    mailbox: str
    sent_at: datetime

    def is_answered_by(self, typed: str) -> bool:
        """Whether these are its digits."""
        return compare_digest(self.digest, _code_digest(self.name, typed))


def new_code() -> str:
    """Six digits that nobody guesses in five tries."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def keep_search(session: Session, claim: Claim, *, now: datetime) -> None:
    """Have the search wait; it is never asked for again."""
    name = secrets.token_urlsafe(12)
    content = {
        "kept_at": now.isoformat(),
        "first_name": claim.first_name,
        "last_surname": claim.last_surname,
        "birth_date": claim.birth_date.isoformat(),
        "last4": claim.last4,
    }
    sealed = sealed_text(json.dumps(content), f"registration.waiting:{name}")
    session[SEARCH_KEY] = {"name": name, "sealed": b64encode(sealed).decode()}


def kept_search(session: Session, *, now: datetime) -> Claim | None:
    """The search that waits, or None when there is none or its time is over."""
    stored = session.get(SEARCH_KEY)
    if not isinstance(stored, dict):
        return None
    try:
        opened = unsealed_text(b64decode(stored["sealed"]), f"registration.waiting:{stored['name']}")
    except SealBroken:  # the key was rotated away: start again
        return None
    content = json.loads(opened)
    if now - datetime.fromisoformat(content["kept_at"]) > SEARCH_LASTS:
        return None
    return Claim(
        first_name=content["first_name"],
        last_surname=content["last_surname"],
        birth_date=date.fromisoformat(content["birth_date"]),
        last4=content["last4"],
    )


def name_of_search(session: Session) -> str:
    """What the codes of the search that waits are counted under."""
    return str(session[SEARCH_KEY]["name"])


def keep_code(session: Session, *, code: str, mailbox: str, now: datetime) -> None:
    """Remember the code that is being mailed; the one before it is good no more."""
    name = secrets.token_urlsafe(12)
    session[CODE_KEY] = {
        "name": name,
        "digest": _code_digest(name, code),
        "mailbox": _mailbox_digest(mailbox),
        "sent_at": now.isoformat(),
    }


def kept_code(session: Session, *, now: datetime) -> SentCode | None:
    """The code that was mailed last, while it is good."""
    stored = session.get(CODE_KEY)
    if not isinstance(stored, dict):
        return None
    code = SentCode(**{**stored, "sent_at": datetime.fromisoformat(stored["sent_at"])})
    return code if now - code.sent_at <= CODE_LASTS else None


def keep_proven(session: Session, *, mailbox: str, now: datetime) -> None:
    """The mailbox was proven: for a while, searches of this browser are counted under it and ask for no other code."""
    session.pop(CODE_KEY, None)
    session[PROVEN_KEY] = {"mailbox": mailbox, "at": now.isoformat()}


def proven_mailbox(session: Session, *, now: datetime) -> str | None:
    """The digest of the mailbox that this browser proved."""
    stored = session.get(PROVEN_KEY)
    if not isinstance(stored, dict) or now - datetime.fromisoformat(stored["at"]) > PROVEN_LASTS:
        return None
    return str(stored["mailbox"])


def forget_search(session: Session) -> None:
    """It was evaluated."""
    session.pop(SEARCH_KEY, None)


def forget_code(session: Session) -> None:
    """Another address is typed."""
    session.pop(CODE_KEY, None)


def _code_digest(name: str, code: str) -> str:
    return digest_of("registration.mailbox_code", name, code).hex()


def _mailbox_digest(mailbox: str) -> str:
    return digest_of("registration.mailbox", mailbox).hex()
