"""What became of earlier registrations, and whom a search asks for."""

from uuid import UUID

from kecs.matching.decide import Claim
from kecs.matching.keys import guessed_names
from kecs.pii.fields import digest_of
from kecs.registration.models import RegistrationOutcome


def key_digest(key: str) -> bytes:
    """What the table keeps of a registration's key."""
    return digest_of("registration.key", key)


def account_registered_with(key: str) -> UUID | None:
    """The account that this registration ended in, if it has ended."""
    return (
        RegistrationOutcome.objects.filter(key_digest=key_digest(key))
        .values_list("account_id", flat=True)
        .first()
    )


def identities_asked_for(claim: Claim) -> tuple[str, ...]:
    """Whose record is asked for, as limits count it: each name that could be the surname, with the birth date."""
    return tuple(f"{name}|{claim.birth_date.isoformat()}" for name in sorted(guessed_names(claim)))
