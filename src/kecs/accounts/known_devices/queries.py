"""Which devices an account knows."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from kecs.accounts.models import Device
from kecs.accounts.tokens import digest_of_token

NOBODY = UUID(int=0)
# Browsers keep no cookie longer.
LASTS = timedelta(days=400)


def is_known(tokens: Sequence[str], account_id: UUID) -> bool:
    """Whether one of a browser's tokens belongs to a device of this account. One statement, whatever it is asked."""
    digests = [digest_of_token(token) for token in tokens] or [b""]
    seen = Device.objects.filter(
        account_id=account_id, token_digest__in=digests, last_seen__gt=timezone.now() - LASTS
    )
    return seen.exists()
