"""Which devices an account knows."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress

from kecs.accounts.models import Device
from kecs.accounts.tokens import digest_of_token
from kecs.audit.clock import portal_clock

NOBODY = UUID(int=0)
# Browsers keep no cookie longer.
LASTS = timedelta(days=400)


def is_of_owner(tokens: Sequence[str], email: str) -> bool:
    """Whether one of a browser's tokens belongs to the account that confirmed this address. One statement, whatever it is asked."""
    digests = [digest_of_token(token) for token in tokens] or [b""]
    owners = EmailAddress.objects.filter(email=email.strip().lower(), verified=True)
    seen = Device.objects.filter(
        account__in=owners.values("user"), token_digest__in=digests, last_seen__gt=portal_clock() - LASTS
    )
    return seen.exists()


def is_known(tokens: Sequence[str], account_id: UUID) -> bool:
    """Whether one of a browser's tokens belongs to a device of this account. One statement, whatever it is asked."""
    digests = [digest_of_token(token) for token in tokens] or [b""]
    seen = Device.objects.filter(
        account_id=account_id, token_digest__in=digests, last_seen__gt=portal_clock() - LASTS
    )
    return seen.exists()
