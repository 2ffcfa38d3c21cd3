"""What became of earlier registrations, and whom a search asks for."""

from uuid import UUID

from kecs.guard.limits import Limit
from kecs.matching.decide import Claim
from kecs.matching.keys import guessed_names, guessed_surnames
from kecs.pii.fields import digest_of, digests_of
from kecs.records.holdings.queries import held_by
from kecs.records.kinds import AssuranceLevel
from kecs.records.queries import stated_by
from kecs.registration.models import RegistrationOutcome

_PURPOSE = "registration.key"


def key_digest(key: str) -> bytes:
    """What the table keeps of a registration's key."""
    return digest_of(_PURPOSE, key)


def account_registered_with(key: str) -> UUID | None:
    """The account that this registration ended in, if it has ended."""
    return (
        RegistrationOutcome.objects.filter(key_digest__in=digests_of(_PURPOSE, key))
        .values_list("account_id", flat=True)
        .first()
    )


def misses_to_count(claim: Claim) -> list[tuple[Limit, str]]:
    """Whose record is asked for, as limits count it: each name that could be the surname, with the birth date.

    The first name counts for the day only: what namesakes born on the same day miss locks nobody out for good.
    """
    born = claim.birth_date.isoformat()
    today = [(Limit.SEARCH_MISSES_PER_IDENTITY_DAY, f"{name}|{born}") for name in guessed_names(claim)]
    in_all = [(Limit.SEARCH_MISSES_PER_IDENTITY_TOTAL, f"{name}|{born}") for name in guessed_surnames(claim)]
    return today + in_all


def joined_unseen(account_id: UUID) -> bool:
    """Whether this account holds a record of which its owner does not know: she pressed Create New Account, and proved nothing yet."""
    held, stated = held_by(account_id), stated_by(account_id)
    if held is None or stated is None:
        return False
    return held.level < AssuranceLevel.VERIFIED and not stated.by_claim
