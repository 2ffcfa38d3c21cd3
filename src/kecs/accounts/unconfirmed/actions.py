"""The end of an account that nobody ever confirmed."""

from datetime import datetime
from uuid import UUID

from kecs.accounts.events import AccountDestroyed
from kecs.accounts.models import User
from kecs.accounts.unconfirmed.queries import never_confirmed
from kecs.audit.actions import record
from kecs.audit.transactions import whole


@whole
def destroy_unconfirmed(*, account_id: UUID, before: datetime, by: str) -> bool:
    """The account and all that hangs on it goes, what its owner stated included; False where somebody used it meanwhile."""
    account = User.objects.select_for_update(no_key=True).filter(pk=account_id).first()
    if account is None or not never_confirmed(before=before).filter(pk=account_id).exists():
        return False
    account.delete()
    record(event=AccountDestroyed(subject=f"account:{account_id}", because="unconfirmed"), by=by)
    return True
