"""Adding, choosing and removing addresses, and taking such a change back."""

from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from kecs.accounts import events
from kecs.accounts.actions import send_confirmation
from kecs.accounts.book.notices import tell_undone, tell_with_undo
from kecs.accounts.book.queries import live_undo
from kecs.accounts.factors.notices import Notice, tell
from kecs.accounts.models import AddressUndo, ConfirmedSince, EmailConfirmation, Recovery, User
from kecs.accounts.queries import notice_addresses
from kecs.accounts.recovery_status import UNDER_WAY, Status
from kecs.accounts.shut_out.actions import end_sessions, let_ask_for_password, remove_young_factors
from kecs.accounts.tokens import digest_of_token, new_token
from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import whole
from kecs.guard.queries import database_clock

MOST = 5
UNDO_LASTS = timedelta(days=10)


@whole
def add_address(*, account_id: UUID, email: str, by: str) -> bool:
    """Add an address and send its link; False when there are too many. Whose else it is, only the mail worker looks.

    Her other addresses are told, once for each that is added.
    """
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    mine = EmailAddress.objects.filter(user=account)
    new = not mine.filter(email=email).exists()
    if new and mine.count() >= MOST:
        return False
    if new:
        EmailAddress.objects.create(user=account, email=email, primary=False, verified=False)
    with recorded_together():
        send_confirmation(account_id=account_id, email=email, by=by)
        if new:
            tell(account=account, notice=Notice.ADDRESS_ADDED, by=by)
        record(event=events.AddressAdded(subject=f"account:{account_id}"), by=by)
    return True


@whole
def resend_link(*, account_id: UUID, address_id: int, by: str) -> None:
    """Once more the link to an address that is not confirmed."""
    address = EmailAddress.objects.filter(pk=address_id, user_id=account_id, verified=False).first()
    if address is not None:
        send_confirmation(account_id=account_id, email=address.email, by=by)


@whole
def choose_primary(*, account_id: UUID, address_id: int, by: str) -> bool:
    """Mail goes to this confirmed address from now on; the one before is told and can take it back."""
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    chosen = EmailAddress.objects.filter(pk=address_id, user=account, verified=True).first()
    if chosen is None or chosen.email == account.email:
        return False
    before = EmailAddress.objects.filter(user=account, email=account.email, verified=True).first()
    with recorded_together():
        make_primary(account_id=account_id, email=chosen.email, by=by)
        if before is not None:
            open_way_back(account_id=account_id, email=before.email, by=by)
        record(event=events.PrimaryAddressChosen(subject=f"account:{account_id}"), by=by)
    return True


@whole
def remove_address(*, account_id: UUID, address_id: int, by: str) -> bool:
    """Remove an address that is not the one for mail; where it was confirmed it is told and can take it back."""
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    address = EmailAddress.objects.filter(pk=address_id, user=account, primary=False).first()
    if address is None:
        return False
    EmailAddress.objects.filter(pk=address.pk).delete()
    EmailConfirmation.objects.filter(account=account, email=address.email).delete()
    with recorded_together():
        if address.verified:
            open_way_back(account_id=account_id, email=address.email, by=by)
        record(event=events.AddressRemoved(subject=f"account:{account_id}"), by=by)
    return True


def make_primary(*, account_id: UUID, email: str, by: str) -> None:
    """Inside the caller's transaction: this confirmed address of the account is the one for mail."""
    EmailAddress.objects.filter(user_id=account_id, primary=True).update(primary=False)
    EmailAddress.objects.filter(user_id=account_id, email=email).update(primary=True)
    User.objects.filter(pk=account_id).update(email=email)


def open_way_back(*, account_id: UUID, email: str, by: str) -> None:
    """Inside the caller's transaction: tell an address that lost its place, with a link good for ten days."""
    token, now = new_token(), database_clock()
    AddressUndo.objects.create(
        account_id=account_id,
        email=email,
        token_digest=digest_of_token(token),
        made_at=now,
        expires_at=now + UNDO_LASTS,
    )
    tell_with_undo(account=User.objects.get(pk=account_id), to=email, token=token, by=by)


@whole
def undo_change(*, token_digest: bytes, by: str) -> bool:
    """Give an address its place back, and shut everybody out until a new password is chosen through it.

    What came to the account in the ten days before the change goes: addresses, second steps, sessions, the password. Of
    several ways back the oldest wins: using one ends those that were made after it, and none that was made before.
    """
    undo = live_undo(token_digest)
    if undo is None:
        return False
    account = User.objects.select_for_update(no_key=True).get(pk=undo.account_id)
    # Once more under the lock: of two that press at once, one finds it gone.
    if not AddressUndo.objects.filter(pk=undo.pk).exists():
        return False
    told = {*notice_addresses(account.pk), undo.email} - _newcomers(account, undo)
    if not _restored(account, undo, by=by):
        return False
    User.objects.filter(pk=account.pk).update(password=make_password(None))
    Recovery.objects.filter(account=account, status__in=UNDER_WAY).update(status=Status.CANCELLED)
    with recorded_together():
        end_sessions(account_id=account.pk, by=by)
        let_ask_for_password(account_id=account.pk, by=by)
        tell_undone(account=account, to=sorted(told), by=by)
        record(event=events.AddressChangeUndone(subject=f"account:{account.pk}"), by=by)
    return True


def _newcomers(account: User, undo: AddressUndo) -> set[str]:
    """The addresses that may be the thief's: confirmed in the ten days before the change or since, or never."""
    old = ConfirmedSince.objects.filter(account=account, since__lt=undo.made_at - UNDO_LASTS)
    recent = set(ConfirmedSince.objects.filter(account=account).values_list("email", flat=True))
    recent -= set(old.values_list("email", flat=True))
    never = EmailAddress.objects.filter(user=account, verified=False).values_list("email", flat=True)
    return (recent | set(never)) - {undo.email}


def _restored(account: User, undo: AddressUndo, *, by: str) -> bool:
    """Whether the address stands again as the one for mail; not where another account has confirmed it since."""
    others = EmailAddress.objects.filter(email=undo.email, verified=True).exclude(user=account)
    if others.exists():
        return False
    EmailAddress.objects.filter(user=account, email__in=_newcomers(account, undo)).delete()
    EmailAddress.objects.update_or_create(user=account, email=undo.email, defaults={"verified": True})
    make_primary(account_id=account.pk, email=undo.email, by=by)
    EmailConfirmation.objects.filter(account=account).delete()
    remove_young_factors(account_id=account.pk, before=undo.made_at, by=by)
    AddressUndo.objects.filter(account=account, made_at__gte=undo.made_at).delete()
    return True
