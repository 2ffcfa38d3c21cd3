"""The invitation that a link names."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from kecs.guard.queries import database_clock
from kecs.matching.decide import Claim
from kecs.pii.fields import unseal_from
from kecs.registration.models import Invitation

LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Somebody whom staff know by what she wrote to them."""

    invitation_id: UUID
    claim: Claim  # without digits
    email: str = field(repr=False)


def live_invitation(token_digest: bytes) -> Invited | None:
    """The one that this link is of; None where it was used, is over, or another was sent since."""
    row = Invitation.objects.filter(token_digest=token_digest, account_id=None).first()
    if row is None or row.made_at <= database_clock() - LASTS:
        return None
    facts = json.loads(unseal_from(row, "facts_sealed") or "{}")
    return Invited(
        invitation_id=row.pk,
        claim=Claim(
            first_name=facts["first_name"],
            last_surname=facts["last_surname"],
            birth_date=date.fromisoformat(facts["birth_date"]),
            last4="",
        ),
        email=facts["email"],
    )


def key_of(invitation_id: UUID) -> str:
    """Under which its registration is remembered: it happens once."""
    return f"invitation:{invitation_id}"


def over_since() -> datetime:
    """Whatever was made before works no more."""
    return database_clock() - LASTS


def invited_by(account_id: UUID) -> str:
    """Who of staff had this account opened; nothing for one that its owner opened without them."""
    found = Invitation.objects.filter(account_id=account_id).values_list("made_by", flat=True).first()
    return found or ""
